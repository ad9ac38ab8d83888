//! XML as JSON.

use crate::engine::functions::Function;
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value::{self, Null};
use roxmltree::{Document, Node, ParsingOptions};
use std::sync::Arc;

pub(super) const FUNCTIONS: &[Function] = &[Function::row(
    "parse_xml",
    "(xml:text) -> dynamic",
    "The elements, attributes and texts of XML in bags; null where it is none.",
    parse_xml,
)];

/// The longest text that the service reads.
const LONGEST: usize = 1 << 20;

/// More elements than this are not read: elements within elements would need a stack without end.
const MOST_NODES: u32 = 100_000;

/// How deep elements may stand in each other, as deep as JSON may.
const DEEPEST: usize = 128;

fn parse_xml<'a>(values: &[Value<'a>]) -> Value<'a> {
    let Some(text) = values.first().map(Value::to_text).filter(|text| text.len() <= LONGEST) else { return Null };
    let options = ParsingOptions { nodes_limit: MOST_NODES, ..ParsingOptions::default() };
    let Ok(document) = Document::parse_with_options(&text, options) else { return Null };
    let root = document.root_element();
    match element(root, 1) {
        Some(content) => {
            Value::Dynamic(Dynamic::bag(std::iter::once((Arc::from(root.tag_name().name()), content)).collect()))
        }
        None => Null,
    }
}

/// The content of an element: null, its text, or a bag of its attributes, its text and its elements; none where it is too deep.
fn element(node: Node<'_, '_>, depth: usize) -> Option<Dynamic> {
    if depth > DEEPEST {
        return None;
    }
    let mut bag = Bag::new();
    for attribute in node.attributes() {
        bag.insert(format!("@{}", attribute.name()).into(), scalar(attribute.value()));
    }
    let text: String = node.children().filter(Node::is_text).filter_map(|child| child.text()).collect();
    let text = text.trim();
    let has_elements = node.children().any(|child| child.is_element());
    if bag.is_empty() && !has_elements {
        return Some(if text.is_empty() { Dynamic::Null } else { scalar(text) });
    }
    if !text.is_empty() {
        bag.insert("#text".into(), scalar(text));
    }
    for child in node.children().filter(Node::is_element) {
        add(&mut bag, child.tag_name().name(), element(child, depth + 1)?);
    }
    Some(Dynamic::bag(bag))
}

/// Puts an element into the bag; elements of the same name become an array.
fn add(bag: &mut Bag, name: &str, content: Dynamic) {
    match bag.get_mut(name) {
        None => {
            bag.insert(name.into(), content);
        }
        Some(Dynamic::Array(elements)) => Arc::make_mut(elements).push(content),
        Some(first) => *first = Dynamic::array([std::mem::take(first), content]),
    }
}

/// A number where the text is one, as the service has it in its documentation; else the text.
fn scalar(text: &str) -> Dynamic {
    match Dynamic::from_json(text) {
        Ok(number @ (Dynamic::Long(_) | Dynamic::Real(_))) => number,
        _ => Dynamic::String(text.into()),
    }
}
