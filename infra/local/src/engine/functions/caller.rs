//! Who asks. There is no login here, so that everybody is the same.

use crate::engine::context::Context;
use crate::engine::error::Result;
use crate::engine::functions::Function;
use crate::storage::dynamic::{Bag, Dynamic};
use crate::storage::value::Value::{self, Bool};

/// The name of whoever asks, in the service's form: the kind, the object, and the tenant.
const PRINCIPAL: &str = "aaduser=00000000-0000-0000-0000-000000000000;00000000-0000-0000-0000-000000000000";

pub(super) const FUNCTIONS: &[Function] = &[
    Function::row("current_principal", "() -> string", "Who asks: the same for everybody here.", |_| PRINCIPAL.into()),
    Function::row(
        "current_principal_details",
        "() -> dynamic",
        "Who asks, in a bag: the same for everybody here.",
        |_| {
            let details = [("Type", "aaduser"), ("DisplayName", "everybody on this machine"), ("FQN", PRINCIPAL)];
            let bag: Bag =
                details.into_iter().map(|(name, text)| (name.into(), Dynamic::String(text.into()))).collect();
            Value::Dynamic(Dynamic::bag(bag))
        },
    ),
    Function::row(
        "current_principal_is_member_of",
        "({principal:texts}) -> bool",
        "Whether who asks is one of these: there are no groups here.",
        |values| Bool(super::ipv4::listed(values).iter().any(|name| name == PRINCIPAL)),
    ),
    Function::context(
        "cursor_current",
        "() -> string",
        "The cursor of the database now. What came before or after a cursor cannot be asked here.",
        |_, context| cursor(context),
    ),
    Function::context("current_cursor", "() -> string", "The older name of cursor_current().", |_, context| {
        cursor(context)
    }),
];

fn cursor<'a>(context: &Context) -> Result<Value<'a>> {
    Ok(context.now().ticks().to_string().into())
}
