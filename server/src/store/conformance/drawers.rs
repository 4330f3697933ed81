//! Files in drawers.

use super::*;

kept_by! {
    a_content_is_kept_once_and_read_back_byte_for_byte,
    a_content_that_was_thrown_out_is_gone_from_its_drawer_alone,
    a_content_that_is_not_there_is_not_found,
    contents_come_back_from_a_backup,
}

fn a_content_is_kept_once_and_read_back_byte_for_byte(store: &dyn Store) {
    // Less than a chunk, just a chunk, and more than goes to the disk at once.
    for length in [0, 1, 48 << 10, (48 << 10) + 1, 5 << 20] {
        let content: Vec<u8> = (0..length).map(|at: usize| (at * 7 % 251) as u8).collect();
        let id = store.keep("drafts", &content, noon(day(1, 1))).unwrap();
        assert_eq!(store.keep("drafts", &content, noon(day(1, 2))).unwrap(), id);
        assert!(store.content("drafts", id).unwrap() == content, "{length} bytes are not what was kept");
        let heads = store.kept("drafts").unwrap();
        let head = heads.iter().find(|head| head.id == id).unwrap();
        assert_eq!((head.size, head.at), (length as u64, noon(day(1, 2))));
    }
    assert_eq!(store.kept("drafts").unwrap().len(), 5);
}

fn a_content_that_was_thrown_out_is_gone_from_its_drawer_alone(store: &dyn Store) {
    let id = store.keep("drafts", b"photo", noon(day(1, 1))).unwrap();
    assert_eq!(store.keep("attachments", b"photo", noon(day(1, 1))).unwrap(), id);
    assert_eq!(store.drawers().unwrap(), ["attachments", "drafts"]);
    assert!(store.throw_out("drafts", id).unwrap());
    assert!(!store.throw_out("drafts", id).unwrap());
    assert!(store.content("drafts", id).is_err());
    assert_eq!(store.content("attachments", id).unwrap(), b"photo");
    assert_eq!(store.drawers().unwrap(), ["attachments"]);
}

fn a_content_that_is_not_there_is_not_found(store: &dyn Store) {
    let missing = store.content("drafts", ContentId::of(b"never kept")).unwrap_err();
    assert!(matches!(missing, StoreError::NotFound(Missing::Content(_))), "{missing}");
    assert!(store.keep("", b"x", noon(day(1, 1))).is_err());
}

fn contents_come_back_from_a_backup(store: &dyn Store) {
    let large = store.keep("drafts", &[7; 100_000], noon(day(1, 1))).unwrap();
    let empty = store.keep("attachments", &[], noon(day(1, 2))).unwrap();
    let text = export_text(store);
    let copy = Memory::new();
    transfer::import(&copy, &mut std::io::Cursor::new(text.as_bytes())).unwrap();
    assert!(copy.content("drafts", large).unwrap() == [7; 100_000]);
    assert!(copy.content("attachments", empty).unwrap().is_empty());
    assert_eq!(export_text(&copy), text);
}
