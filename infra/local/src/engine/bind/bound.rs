//! A typed expression over the columns of a relation.

use crate::engine::functions::Kernel;
use crate::storage::column_type::ColumnType;
use crate::storage::value::Value;
use std::rc::Rc;

/// A typed expression. Cheap to clone.
#[derive(Clone, Debug)]
pub(in crate::engine) struct Bound {
    pub(in crate::engine) column_type: ColumnType,
    pub(in crate::engine) kind: BoundKind,
}

/// The forms of a typed expression.
#[derive(Clone, Debug)]
pub(in crate::engine) enum BoundKind {
    /// The same value in every row.
    Constant(Value<'static>),
    /// The column at this index.
    Column(usize),
    /// A function of other expressions.
    Call(Rc<BoundCall>),
}

/// A function and its arguments.
#[derive(Debug)]
pub(in crate::engine) struct BoundCall {
    pub(in crate::engine) kernel: Kernel,
    pub(in crate::engine) arguments: Vec<Bound>,
}

impl Bound {
    /// A constant.
    pub(in crate::engine) fn constant(value: Value<'static>, column_type: ColumnType) -> Self {
        Self { column_type, kind: BoundKind::Constant(value) }
    }

    /// The column at `index`.
    pub(in crate::engine) fn column(index: usize, column_type: ColumnType) -> Self {
        Self { column_type, kind: BoundKind::Column(index) }
    }

    /// A function of these arguments.
    pub(in crate::engine) fn call(kernel: Kernel, arguments: Vec<Self>, column_type: ColumnType) -> Self {
        Self { column_type, kind: BoundKind::Call(Rc::new(BoundCall { kernel, arguments })) }
    }

    /// The value of a constant.
    pub(in crate::engine) fn value(&self) -> Option<&Value<'static>> {
        match &self.kind {
            BoundKind::Constant(value) => Some(value),
            _ => None,
        }
    }
}
