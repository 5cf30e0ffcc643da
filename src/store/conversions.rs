//! Conversions between columns and the program's types.

use std::io::{self, Write};

use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlError, FromSqlResult, ToSql, ToSqlOutput, ValueRef};
use serde::de::DeserializeOwned;

use crate::time::Time;

impl FromSql for Time {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        Ok(Self::from_micros(value.as_i64()?))
    }
}

impl ToSql for Time {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.as_micros().into())
    }
}

/// The value of a column that holds JSON.
pub(super) struct Json<T>(pub(super) T);

impl<T: DeserializeOwned> FromSql for Json<T> {
    fn column_result(value: ValueRef<'_>) -> FromSqlResult<Self> {
        serde_json::from_str(value.as_str()?).map(Self).map_err(FromSqlError::other)
    }
}

/// A row of a query: a struct that has for each field the column or expression it is read from, after `json` if that holds
/// JSON. Columns are read by their place, as looking them up by name takes longer than reading them.
macro_rules! row {
    (
        $(#[$meta:meta])*
        pub struct $name:ident {
            $($(#[$field_meta:meta])* $vis:vis $field:ident: $type:ty = $($json:ident)? $column:literal,)*
        }
    ) => {
        $(#[$meta])*
        pub struct $name {
            $($(#[$field_meta])* $vis $field: $type,)*
        }

        impl $name {
            /// What to select for [`Self::from_row`].
            fn columns() -> String {
                [$($column),*].join(", ")
            }

            fn from_row(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
                let mut place = 0..;
                let mut next = || place.next().unwrap_or_default();
                Ok(Self { $($field: $crate::store::conversions::row!(@read row, next(), $($json)?)),* })
            }
        }
    };
    (@read $row:ident, $place:expr, json) => { $row.get::<_, $crate::store::conversions::Json<_>>($place)?.0 };
    (@read $row:ident, $place:expr,) => { $row.get($place)? };
}
pub(super) use row;

/// The text of a column, without copying it.
pub(super) fn text<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<&'a str> {
    Ok(row.get_ref(column)?.as_str()?)
}

/// The text of a column that can be empty, without copying it.
pub(super) fn text_or_null<'a>(row: &'a Row<'_>, column: usize) -> rusqlite::Result<Option<&'a str>> {
    Ok(row.get_ref(column)?.as_str_or_null()?)
}

/// The JSON keys with which events and actions begin.
pub(super) fn write_start(out: &mut impl Write, session: Option<i64>, seq: u64, at: Time) -> io::Result<()> {
    match session {
        Some(session) => write!(out, "{{\"session\":{session},\"seq\":{seq},\"at\":\"{at}\""),
        None => write!(out, "{{\"seq\":{seq},\"at\":\"{at}\""),
    }
}
