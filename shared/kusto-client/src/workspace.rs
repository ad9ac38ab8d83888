//! What a database is called on the data lake.

/// What Microsoft Entra, Microsoft 365 and Azure Resource Graph bring into the lake.
pub(crate) const DEFAULT: &str = "default";

/// How a database is written.
pub(crate) const FORM: &str =
    "`default`, or a workspace as <workspaceName>-<workspaceId>, such as soc-12345678-abcd-abcd-1234-1234567890ab";

/// Whether the lake can have a database of this name: the default one, or that of a workspace by its name and its id.
pub(crate) fn is_one(database: &str) -> bool {
    const ID: usize = "12345678-abcd-abcd-1234-1234567890ab".len();
    let split = database.len().checked_sub(ID + 1).and_then(|at| database.split_at_checked(at));
    let is_workspace = split.is_some_and(|(name, id)| {
        let id = id.strip_prefix('-').filter(|id| uuid::Uuid::try_parse(id).is_ok());
        !name.is_empty() && id.is_some()
    });
    database == DEFAULT || is_workspace
}

#[cfg(test)]
mod tests {
    use super::is_one;

    #[test]
    fn a_workspace_is_its_name_and_its_id() {
        for (database, expected) in [
            ("default", true),
            ("workspace1-12345678-abcd-abcd-1234-1234567890ab", true),
            ("my-soc-12345678-ABCD-abcd-1234-1234567890ab", true),
            ("Default", false),
            ("workspace1", false),
            ("12345678-abcd-abcd-1234-1234567890ab", false),
            ("-12345678-abcd-abcd-1234-1234567890ab", false),
            ("workspace1_12345678-abcd-abcd-1234-1234567890ab", false),
            ("workspace1-12345678-abcd-abcd-1234-1234567890ag", false),
            ("workspace1-12345678abcdabcd12341234567890ab", false),
            ("ws-12345678-abcd-abcd-1234-1234567890abc", false),
            ("\u{e9}2345678-abcd-abcd-1234-1234567890ab", false),
            ("", false),
        ] {
            assert_eq!(is_one(database), expected, "{database}");
        }
    }
}
