//! What is known of a value before anything runs.

use std::sync::Arc;

use rhai::{Dynamic, Expr, FnPtr, ImmutableString};

use crate::rules::api::allowed::declaration;
use crate::rules::sources::SettingValue;

/// What is known of a value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Shape {
    /// Nothing.
    Any,
    /// A field that holds values of a sort, or `()`.
    Field { name: String, sort: Sort },
    /// A field that is one of a few words, or `()`.
    Word { field: String, words: Arc<[String]> },
    /// One of a few values that stand in the script.
    OneOf(Arc<[Value]>),
    /// What `obs::on` gives, with the name, where it stands in the script.
    Obs { instance: Option<String> },
    /// A list of such values.
    List(Arc<Shape>),
    /// Fields, and no others; none of them can be changed.
    Fields {
        /// What has them, as it stands in a message.
        of: Arc<str>,
        fields: Arc<[(String, Shape)]>,
    },
}

/// A value that stands in a script.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(ImmutableString),
    /// A text with parts that are known only when the rule runs.
    SomeText,
    Letter(char),
    Whole(i64),
    Fraction(f64),
    Flag(bool),
    Nothing,
    /// A function by its name, with how many of its parameters have a value already.
    Function(ImmutableString, usize),
    /// A list, with what is known of its items.
    List(Arc<Shape>),
    /// A map, with what is known of its entries.
    Map(Arc<[(String, Shape)]>),
}

/// Values that can be compared with each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Text,
    Number,
    Flag,
}

impl Sort {
    /// As it stands in a message.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Text => "a text",
            Self::Number => "a number",
            Self::Flag => "true or false",
        }
    }
}

impl From<Value> for Shape {
    fn from(value: Value) -> Self {
        Self::OneOf([value].into())
    }
}

impl Shape {
    /// Whether it has what another one has, under any name.
    pub(super) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Fields { fields, .. }, Self::Fields { fields: others, .. }) => fields == others,
            _ => self == other,
        }
    }

    /// What is known of a value that is like one or like another.
    pub(super) fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::OneOf(values), Self::OneOf(others)) => {
                let more = others.iter().filter(|other| !values.contains(other));
                Self::OneOf(values.iter().chain(more).cloned().collect())
            }
            (one, other) if one.is_like(&other) => one,
            _ => Self::Any,
        }
    }

    /// The values that it can be; none where that is not known.
    pub(super) fn values(&self) -> &[Value] {
        if let Self::OneOf(values) = self { values } else { &[] }
    }

    /// The only value that it can be.
    pub(super) fn value(&self) -> Option<&Value> {
        if let [only] = self.values() { Some(only) } else { None }
    }

    /// The only text that it can be.
    pub(super) fn text(&self) -> Option<&str> {
        match self.value()? {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// What is known of each item, if it is a list.
    pub(super) fn item(&self) -> Self {
        match (self, self.value()) {
            (Self::List(inner), _) | (_, Some(Value::List(inner))) => (**inner).clone(),
            _ => Self::Any,
        }
    }

    /// The sort of value that it always is, but for `()`.
    pub(super) fn sort(&self) -> Option<Sort> {
        match self {
            Self::Field { sort, .. } => Some(*sort),
            Self::Word { .. } => Some(Sort::Text),
            Self::OneOf(values) => {
                let first = values.first()?.sort()?;
                values.iter().all(|value| value.sort() == Some(first)).then_some(first)
            }
            _ => None,
        }
    }
}

impl Value {
    /// A value that stands for itself.
    pub(super) fn literal(expression: &Expr) -> Option<Self> {
        Some(match expression {
            Expr::StringConstant(text, _) => Self::Text(text.clone()),
            Expr::InterpolatedString(..) => Self::SomeText,
            Expr::CharConstant(letter, _) => Self::Letter(*letter),
            Expr::IntegerConstant(number, _) => Self::Whole(*number),
            Expr::FloatConstant(number, _) => Self::Fraction(**number),
            Expr::BoolConstant(flag, _) => Self::Flag(*flag),
            Expr::Unit(_) => Self::Nothing,
            Expr::DynamicConstant(value, _) => {
                let function = value.read_lock::<FnPtr>()?;
                Self::Function(function.fn_name().into(), function.curry().len())
            }
            _ => return None,
        })
    }

    /// The value of a constant outside of functions, as far as it stands there.
    pub(super) fn constant(expression: &Expr) -> Option<Self> {
        let shape = |inner: &Expr| Self::constant(inner).map_or(Shape::Any, Shape::from);
        match expression {
            Expr::Array(items, _) => {
                let item = items.iter().map(shape).reduce(Shape::or).unwrap_or(Shape::Any);
                Some(Self::List(Arc::new(item)))
            }
            Expr::Map(map, _) => {
                Some(Self::Map(map.0.iter().map(|(name, value)| (name.name.to_string(), shape(value))).collect()))
            }
            other => match declaration(other) {
                Some([default, ..]) => Self::constant(default),
                _ => Self::literal(other),
            },
        }
    }

    /// A constant's value in the config, if it is a text or a list as the constant's own is.
    pub(super) fn set(&self, setting: &SettingValue) -> Option<Self> {
        match (self, setting) {
            (Self::Text(_), SettingValue::Text(text)) => Some(Self::Text(text.into())),
            (Self::List(_), SettingValue::List(items)) => {
                Some(Self::List(Shape::OneOf(items.iter().map(|item| Self::Text(item.into())).collect()).into()))
            }
            _ => None,
        }
    }

    /// Whether a setting of this value says that something is not wanted, so that it need not be fit for use.
    pub(super) fn is_off(&self) -> bool {
        match self {
            Self::Text(text) => text.is_empty(),
            Self::Whole(number) => *number == 0,
            Self::Fraction(number) => *number == 0.0,
            Self::Flag(flag) => !flag,
            Self::Nothing => true,
            _ => false,
        }
    }

    fn sort(&self) -> Option<Sort> {
        match self {
            Self::Text(_) | Self::SomeText => Some(Sort::Text),
            Self::Whole(_) | Self::Fraction(_) => Some(Sort::Number),
            Self::Flag(_) => Some(Sort::Flag),
            _ => None,
        }
    }

    /// As the value that a function is given, as far as it is known.
    pub(super) fn dynamic(&self) -> Dynamic {
        match self {
            Self::Text(text) => text.clone().into(),
            Self::SomeText => "".into(),
            Self::Letter(letter) => (*letter).into(),
            Self::Whole(number) => (*number).into(),
            Self::Fraction(number) => (*number).into(),
            Self::Flag(flag) => (*flag).into(),
            Self::Nothing => Dynamic::UNIT,
            Self::Function(name, _) => FnPtr::new(name.clone()).map_or(Dynamic::UNIT, Dynamic::from),
            Self::List(_) => rhai::Array::new().into(),
            Self::Map(_) => rhai::Map::new().into(),
        }
    }
}
