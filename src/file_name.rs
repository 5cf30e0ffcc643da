//! Names of files that every system takes.

use crate::printable::controls;

/// Leaves room below the 255 that file systems allow for what is put before and behind a name.
const MAX_BYTES: usize = 200;

/// Windows keeps these names for devices, with any ending.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// Makes a name, without its ending, safe for Windows, macOS and Linux. It stays within its folder.
pub(crate) fn safe(name: &str) -> String {
    let replaced = name.replace(is_forbidden, "-");
    let cut = &replaced[..replaced.floor_char_boundary(MAX_BYTES)];
    // Windows drops dots and blanks at the end; a dot in front hides the file elsewhere.
    let trimmed = cut.trim_matches(|character: char| character == '.' || character.is_whitespace());
    match trimmed {
        "" => "unnamed".to_owned(),
        name if is_device(name) => format!("_{name}"),
        name => name.to_owned(),
    }
}

fn is_forbidden(character: char) -> bool {
    controls(character) || r#"<>:"/\|?*"#.contains(character)
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_ascii_uppercase();
    let numbered = |device: &str| {
        let mut rest = stem.strip_prefix(device).unwrap_or_default().chars();
        matches!((rest.next(), rest.next()), (Some('0'..='9' | '¹' | '²' | '³'), None))
    };
    DEVICES.contains(&stem.as_str()) || numbered("COM") || numbered("LPT")
}

#[cfg(test)]
mod tests {
    use super::safe;

    #[test]
    fn what_some_system_forbids_is_replaced() {
        assert_eq!(safe("Bout 12: KOR/GER <final>?"), "Bout 12- KOR-GER -final--");
        assert_eq!(safe("a\\b|c*d\"e\n"), "a-b-c-d-e-");
        assert_eq!(safe("a\u{0}b\u{7f}c\u{85}d\u{202e}vkm.e"), "a-b-c-d-vkm.e");
        assert_eq!(safe("İbrahim Ağaoğlu – 李"), "İbrahim Ağaoğlu – 李");
    }

    #[test]
    fn name_cannot_leave_its_folder() {
        assert_eq!(safe("../../etc/passwd"), "-..-etc-passwd");
        assert_eq!(safe("C:\\Windows"), "C--Windows");
        assert_eq!([safe(".."), safe(" . "), safe("")], ["unnamed"; 3]);
    }

    #[test]
    fn dots_and_blanks_at_the_ends_are_dropped() {
        assert_eq!(safe(" .hidden. . "), "hidden");
        assert_eq!(safe("Round 2.\u{a0}"), "Round 2");
    }

    #[test]
    fn names_of_windows_devices_are_not_used() {
        assert_eq!(
            ["con", "NUL ", "COM3.bout", "lpt¹", "conin$"].map(safe),
            ["_con", "_NUL", "_COM3.bout", "_lpt¹", "_conin$"]
        );
        assert_eq!(["Conrad", "COM10", "COM", "nul-1"].map(safe), ["Conrad", "COM10", "COM", "nul-1"]);
    }

    #[test]
    fn long_name_is_cut_between_characters_and_ends_with_no_blank() {
        assert_eq!(safe(&"ğ".repeat(300)), "ğ".repeat(100));
        assert_eq!(safe(&format!("a{}", "ğ".repeat(300))), format!("a{}", "ğ".repeat(99)));
        assert_eq!(safe(&format!("{} b", "a".repeat(199))), "a".repeat(199));
    }
}
