//! Values that stand in a script: written out, or as constants.

use std::any::TypeId;
use std::sync::Arc;

use rhai::{Expr, ImmutableString};

use super::shape::Shape;
use crate::rules::SettingValue;

/// A value that stands in a script.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Text(ImmutableString),
    /// A text of which some is put in while the rule runs.
    SomeText,
    Whole(i64),
    Fraction(f64),
    Flag(bool),
    Nothing,
    Function,
    /// A list, with what is known of its items.
    List(Arc<Shape>),
    /// A map, with what is known of its entries.
    Map(Arc<[(String, Shape)]>),
}

impl Value {
    /// A value that stands for itself.
    pub(super) fn literal(expression: &Expr) -> Option<Self> {
        Some(match expression {
            Expr::StringConstant(text, _) => Self::Text(text.clone()),
            Expr::InterpolatedString(..) => Self::SomeText,
            Expr::IntegerConstant(number, _) => Self::Whole(*number),
            Expr::FloatConstant(number, _) => Self::Fraction(**number),
            Expr::BoolConstant(flag, _) => Self::Flag(*flag),
            Expr::Unit(_) => Self::Nothing,
            Expr::DynamicConstant(value, _) if value.is_fnptr() => Self::Function,
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
            other => Self::literal(other),
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

    pub(super) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
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

    /// What it is, as it stands in a message.
    pub(super) fn sort(&self) -> &'static str {
        match self {
            Self::Text(_) | Self::SomeText => "a text",
            Self::Whole(_) => "a whole number",
            Self::Fraction(_) => "a number with a point",
            Self::Flag(_) => "true or false",
            Self::Nothing => "nothing, `()`",
            Self::Function => "a function",
            Self::List(_) => "a list",
            Self::Map(_) => "a map",
        }
    }
}

/// What a type is, as it stands in a message; none of a type that stands for any.
pub(super) fn sort_of(of: TypeId) -> Option<&'static str> {
    let sorts = [
        (TypeId::of::<ImmutableString>(), "a text"),
        (TypeId::of::<String>(), "a text"),
        (TypeId::of::<i64>(), "a whole number"),
        (TypeId::of::<f64>(), "a number with a point"),
        (TypeId::of::<bool>(), "true or false"),
        (TypeId::of::<rhai::FnPtr>(), "a function `|| …`"),
        (TypeId::of::<rhai::Array>(), "a list `[…]`"),
        (TypeId::of::<rhai::Map>(), "a map `#{ … }`"),
    ];
    sorts.iter().find(|(known, _)| *known == of).map(|(_, sort)| *sort)
}
