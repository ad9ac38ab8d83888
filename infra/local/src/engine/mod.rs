//! KQL: from the text of a query to its result tables.
