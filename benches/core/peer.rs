//! The peers: libyaml's events of a text and nothing else, the floor of all that reads YAML with it, and the `zip` crate.
#![expect(unsafe_code, reason = "libyaml-rs has the interface of the C library")]

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::mem::MaybeUninit;
use std::path::Path;

use libyaml_rs as sys;

/// Returns how many events a text has.
///
/// # Panics
///
/// Panics where it is no YAML.
pub(crate) fn events(text: &str) -> usize {
    let mut parser = Box::new(MaybeUninit::<sys::yaml_parser_t>::uninit());
    let mut event = MaybeUninit::<sys::yaml_event_t>::uninit();
    let mut count = 0;
    // SAFETY: the parser stays in its box and `text` outlives it; each event is
    // initialised where the parser says so, and deleted before the next one.
    unsafe {
        assert!(!sys::yaml_parser_initialize(parser.as_mut_ptr()).fail, "libyaml has its buffers");
        sys::yaml_parser_set_input_string(parser.as_mut_ptr(), text.as_ptr(), text.len() as u64);
        loop {
            assert!(!sys::yaml_parser_parse(parser.as_mut_ptr(), event.as_mut_ptr()).fail, "the text is YAML");
            count += 1;
            let is_last = (*event.as_ptr()).type_ == sys::YAML_STREAM_END_EVENT;
            sys::yaml_event_delete(event.as_mut_ptr());
            if is_last {
                break;
            }
        }
        sys::yaml_parser_delete(parser.as_mut_ptr());
    }
    count
}

/// Returns the METADATA of a wheel.
///
/// # Panics
///
/// Panics where it is no wheel.
pub(crate) fn description(wheel: &Path) -> String {
    let file = BufReader::new(File::open(wheel).expect("it opens"));
    let mut archive = zip::ZipArchive::new(file).expect("an archive");
    let path = archive.file_names().find(|name| name.ends_with(".dist-info/METADATA")).expect("a wheel").to_owned();
    let mut text = String::new();
    archive.by_name(&path).expect("it is there").read_to_string(&mut text).expect("it is whole");
    text
}
