//! Conversions between columns and the program's types.

use std::io::{self, Write};

use rusqlite::Row;
use rusqlite::types::{FromSql, FromSqlResult, ToSql, ToSqlOutput, ValueRef};

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
