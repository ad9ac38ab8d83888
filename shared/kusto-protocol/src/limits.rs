//! The most that a decoder accepts. Each is far above what a real answer holds, so that only a broken or hostile one meets it.

/// Columns of a table and cells of a row: Kusto's own ceiling for the columns of a table.
pub const MAX_COLUMNS: usize = 10_000;

/// Arrays and objects inside one another in a cell. Kusto's parsers give up far earlier; ours has no recursion to protect, only a
/// reader after us.
pub const MAX_NESTING: usize = 512;

/// Bytes of one row. A value has 1 MiB at most where nobody changed that (docs: encoding policy, `MaxValueSize`), and no reply carries
/// half of this; a row is held whole, once as it came and once as it goes out.
pub const MAX_ROW_BYTES: usize = 16 << 20;

/// Bytes of one property of a frame other than its rows: room for [`MAX_COLUMNS`] columns of 400 bytes each.
pub const MAX_PROPERTY_BYTES: usize = 4 << 20;

/// Bytes of rows that are kept until it is known what they are: tables of v1 after the first, and rows that arrive before the
/// columns of their table. Only management commands are answered in v1, and every service sends columns first.
pub const MAX_HELD_BYTES: usize = 8 << 20;

/// Tables of one answer. Every `fork` branch and every statement of a batch makes one; no person wrote a thousand.
pub const MAX_TABLES: usize = 1_000;

/// Bytes that are kept of an answer that is plain text instead of JSON.
pub const MAX_TEXT_BYTES: usize = 4 << 10;

/// Columns of all tables of an answer together: ten tables of [`MAX_COLUMNS`], or a hundred of each of a thousand tables.
pub const MAX_ALL_COLUMNS: usize = 100_000;

/// Bytes of JSON that are read as a tree, which takes many times as much: an error, or what the service remarks in a table of its own.
pub const MAX_TREE_BYTES: usize = 256 << 10;
