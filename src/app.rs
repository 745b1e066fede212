//! tmp
pub mod keymap {
    //! tmp
    /// tmp
    pub fn table_text() -> String {
        String::new()
    }
}
