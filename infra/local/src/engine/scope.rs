//! Names that a query gives: variables, tables and functions of `let`, parameters, `as`.

use crate::engine::bind::bound::Bound;
use crate::engine::context::Context;
use crate::engine::relation::Relation;
use crate::engine::syntax::tree::{Function, Pattern};
use indexmap::IndexMap;
use std::cell::RefCell;
use std::rc::Rc;

/// What a name stands for.
#[derive(Clone, Debug)]
pub(super) enum Binding {
    /// A value; in the body of a function perhaps an expression over the row it is called for.
    Scalar(Bound),
    /// Rows.
    Table(Relation),
    /// A function of the query.
    Function(Rc<Function>),
    /// Tables by texts.
    Pattern(Rc<Pattern>),
}

/// The names visible at a place of a query. Cheap to clone.
#[derive(Clone, Debug)]
pub(super) struct Scope {
    pub(super) context: Rc<Context>,
    block: Rc<Block>,
    /// How many names of the block are visible: those before a function for its body, all where it is none.
    visible: Option<usize>,
}

#[derive(Debug, Default)]
struct Block {
    outer: Option<Scope>,
    names: RefCell<IndexMap<String, Binding>>,
}

impl Scope {
    /// The scope of a query, without names.
    pub(super) fn new(context: Context) -> Self {
        Self { context: Rc::new(context), block: Rc::default(), visible: None }
    }

    /// A scope inside this one, for the body of a function.
    pub(super) fn nested(&self) -> Self {
        let block = Block { outer: Some(self.clone()), names: RefCell::default() };
        Self { context: self.context.clone(), block: Rc::new(block), visible: None }
    }

    /// Gives `name` a meaning from here on.
    pub(super) fn define(&self, name: &str, binding: Binding) {
        let mut names = self.block.names.borrow_mut();
        names.shift_remove(name);
        names.insert(name.to_owned(), binding);
    }

    /// Whether `name` was given a meaning in this block.
    pub(super) fn defines(&self, name: &str) -> bool {
        self.block.names.borrow().contains_key(name)
    }

    /// What `name` stands for, and the scope in which it was given its meaning.
    pub(super) fn lookup(&self, name: &str) -> Option<(Binding, Self)> {
        let names = self.block.names.borrow();
        match names.get_full(name) {
            Some((index, _, binding)) if self.visible.is_none_or(|visible| index < visible) => {
                let block = self.block.clone();
                Some((binding.clone(), Self { context: self.context.clone(), block, visible: Some(index) }))
            }
            _ => self.block.outer.as_ref()?.lookup(name),
        }
    }

    /// The names of visible views.
    pub(super) fn views(&self) -> Vec<String> {
        let is_view =
            |name: &String| matches!(self.lookup(name), Some((Binding::Function(function), _)) if function.is_view);
        self.names().into_iter().filter(is_view).collect()
    }

    /// All visible names.
    pub(super) fn names(&self) -> Vec<String> {
        let visible = self.visible.unwrap_or(usize::MAX);
        let mut names: Vec<String> = self.block.names.borrow().keys().take(visible).cloned().collect();
        names.extend(self.block.outer.iter().flat_map(Self::names));
        names
    }
}
