//! Data that came after results had been published: the page says since when it is known, and what stood there before.

use liuwu::store::Store as _;

use super::county::*;

#[tokio::test]
async fn what_became_known_after_a_release_is_marked_on_the_page_of_the_next() {
    let county = County::new();
    let before = county.get(&format!("/villages/{CALM}")).await.text();
    assert!(!before.contains("补报"), "nothing was late when the first results were published");
    county.store.release(NEWEST_RUN, act("2021-02-06")).unwrap();
    county.app.has_written();
    let page = county.get(&format!("/villages/{CALM}")).await.text();
    assert!(page.contains("补报，2月1日起知悉"), "{page}");
    assert!(page.contains("此前公布的结果（数据截至2021年1月10日）为"), "{page}");
    // What was known in time carries no mark, and a village whose score is the same no earlier score.
    let other = county.get(&format!("/villages/{BURNT}")).await.text();
    assert!(!other.contains("补报，") && !other.contains("此前公布"), "{other}");
}
