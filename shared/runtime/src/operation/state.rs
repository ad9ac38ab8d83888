//! The states of an operation.

use serde::{Serialize, Serializer};

/// The state of an operation.
///
/// Source: "State table" of `.show operations` in the Kusto documentation. Only the first two go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs.
    InProgress,
    /// It will run.
    Scheduled,
    /// It has done all that was asked.
    Completed,
    /// It has failed.
    Failed,
    /// It has done a part of what was asked.
    PartiallySucceeded,
    /// It was given up before it had ended.
    Abandoned,
    /// It did not begin: what was asked is wrong.
    BadInput,
    /// It was ended because the cluster had too much to do.
    Throttled,
    /// Somebody ended it.
    Canceled,
    /// It did not begin, because of a condition that was asked for.
    Skipped,
    /// No state of the cluster's: it does not show the operation yet.
    Pending,
    /// A state that is not known here, in the cluster's word. It is never success, and nobody knows whether it is the last one.
    Unknown(String),
}

/// The states of the documentation by their names.
const NAMES: [(State, &str); 10] = [
    (State::InProgress, "InProgress"),
    (State::Scheduled, "Scheduled"),
    (State::Completed, "Completed"),
    (State::Failed, "Failed"),
    (State::PartiallySucceeded, "PartiallySucceeded"),
    (State::Abandoned, "Abandoned"),
    (State::BadInput, "BadInput"),
    (State::Throttled, "Throttled"),
    (State::Canceled, "Canceled"),
    (State::Skipped, "Skipped"),
];

impl State {
    /// The state that the cluster calls `name`.
    pub fn of(name: &str) -> Self {
        let known = NAMES.into_iter().find(|(_, known)| known.eq_ignore_ascii_case(name.trim()));
        known.map_or_else(|| Self::Unknown(name.to_owned()), |(state, _)| state)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Unknown(name) => name,
            Self::Pending => "Pending",
            known => NAMES.iter().find(|(state, _)| state == known).map_or("", |(_, name)| name),
        }
    }

    /// Whether an operation in it stays in it.
    pub fn is_terminal(&self) -> bool {
        !matches!(self, Self::InProgress | Self::Scheduled | Self::Pending | Self::Unknown(_))
    }
}

impl Serialize for State {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::State;

    #[test]
    fn only_two_states_go_on_and_only_one_is_not_known_to_end() {
        for (name, is_terminal) in [
            ("InProgress", false),
            ("Scheduled", false),
            ("Completed", true),
            ("Failed", true),
            ("PartiallySucceeded", true),
            ("Abandoned", true),
            ("BadInput", true),
            ("Throttled", true),
            ("Canceled", true),
            ("Skipped", true),
            ("Hibernating", false),
            ("", false),
        ] {
            let state = State::of(name);
            assert_eq!((state.name(), state.is_terminal()), (name, is_terminal));
        }
        assert_eq!(State::of(" completed "), State::Completed);
        assert_eq!(State::of("Hibernating"), State::Unknown("Hibernating".to_owned()));
    }
}
