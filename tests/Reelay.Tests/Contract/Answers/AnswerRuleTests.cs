using Reelay.Tests.Api;
using Reelay.Tests.Assets;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Contract.Answers;

/// <summary>The contract's rules about answers, sentence by sentence, and the tests that hold each. What no other test holds is checked in this folder.</summary>
public sealed class AnswerRuleTests
{
    private static readonly (int Rule, string Says, Proof[] Proofs)[] Rows =
    [
        (20, "ten keys always, the others only when set, in their order", [
            Proof.By<TaskObjectTests>(nameof(TaskObjectTests.Each_state_has_exactly_its_keys_in_their_order)),
            Proof.By<VideoLinkFieldTests>(nameof(VideoLinkFieldTests.Three_fields_carry_the_link_once_the_task_is_completed_and_none_before)),
            Proof.By<ReadingVideosTests>(nameof(ReadingVideosTests.The_object_has_exactly_the_keys_that_are_set))]),
        (20, "seconds and size echo; pictures say 0, extensions their whole", [
            Proof.By<TaskObjectTests>(nameof(TaskObjectTests.Seconds_and_size_echo_what_was_asked)),
            Proof.By<TaskObjectTests>(nameof(TaskObjectTests.The_seconds_of_an_extension_become_those_of_the_whole))]),
        (20, "one object on every route", [Proof.By<TaskObjectTests>(nameof(TaskObjectTests.Every_route_that_answers_with_a_task_answers_the_same))]),
        (20, "ids with the prefix video_", [Proof.By<TaskIdPrefixTests>()]),
        (21, "output_url needs the key", [Proof.By<SignedLinkTests>(nameof(SignedLinkTests.Every_part_of_a_link_is_covered))]),
        (21, "signed links: GET, HEAD, Range, variants", [
            Proof.By<SignedLinkTests>(nameof(SignedLinkTests.A_link_opens_the_file_for_anybody_with_ranges_heads_and_variants)),
            Proof.By<ContentAnswerTests>(nameof(ContentAnswerTests.A_file_has_its_own_type_and_a_name_that_ends_like_it))]),
        (21, "until expires_at, dead after DELETE, keys can be rotated", [
            Proof.By<SignedLinkTests>(nameof(SignedLinkTests.A_link_ends_with_the_life_of_the_file)),
            Proof.By<SignedLinkTests>(nameof(SignedLinkTests.After_a_delete_a_link_opens_nothing)),
            Proof.By<SignedLinkTests>(nameof(SignedLinkTests.A_link_stays_the_same_and_outlives_restarts_and_new_keys_but_not_its_own_key))]),
        (21, "the base: public address, else the request, forwarded headers from trusted proxies only", [
            Proof.By<LinkBaseTests>(), Proof.By<SignedLinkTests>(nameof(SignedLinkTests.Links_carry_the_public_address_with_its_path))]),
        (21, "metadata.url only if the caller sent none", [
            Proof.By<VideoLinkFieldTests>(nameof(VideoLinkFieldTests.Metadata_gets_the_link_unless_the_caller_has_a_url_there))]),
        (22, "retention, expires_at at completion, then asset_expired and a readable task", [
            Proof.By<ContentAnswerTests>(nameof(ContentAnswerTests.Past_its_time_every_way_to_the_file_says_so_and_the_task_is_still_read)),
            Proof.By<ContentAnswerTests>(nameof(ContentAnswerTests.A_retention_that_cannot_be_meant_stops_the_start)),
            Proof.By<ContentTests>(nameof(ContentTests.Past_its_time_the_file_is_expired_and_the_task_stays))]),
        (23, "dialects, freely combined, for status, lists, events and errors", [
            Proof.By<KeyDialectTests>(nameof(KeyDialectTests.Every_answer_is_in_the_dialects_of_its_key)),
            Proof.By<KeyDialectTests>(nameof(KeyDialectTests.A_finished_video_has_the_thirteen_keys_and_its_own)),
            Proof.By<DialectAnswerTests>(), Proof.By<DialectMessageTests>()]),
        (24, "hidden operations answer like unknown routes; all are on by default", [
            Proof.By<WithheldOperationTests>(),
            Proof.By<WithholdingTests>(nameof(WithholdingTests.A_hidden_operation_answers_like_a_route_or_a_method_that_never_was)),
            Proof.By<WithholdingTests>(nameof(WithholdingTests.A_key_without_operations_meets_the_same_server_as_everybody_on_a_server_without_them)),
            Proof.By<WithholdingTests>(nameof(WithholdingTests.A_hidden_wait_is_ignored_like_any_unknown_word))]),
        (25, "callback_url, the event or the task itself, signed; allowed origins are exempt from address checks", [
            Proof.By<CallbackTests>(), Proof.By<Webhooks.DeliveryTests>()]),
        (26, "example.com is the sandbox's, and only with the sandbox", [
            Proof.By<SandboxSampleTests>(), Proof.By<MediaFetcherTests>(nameof(MediaFetcherTests.A_rewritten_host_leads_to_its_target_and_the_target_is_checked))]),
        (26, "glyphs for Chinese prompts", [
            Proof.By<SandboxSampleTests>(nameof(SandboxSampleTests.Running_it_installs_a_font_with_chinese_glyphs)), Proof.By<RenderingTests>()]),
    ];

    [Fact]
    public void Every_rule_has_its_cases() => Assert.Equal(Enumerable.Range(20, 7), Rows.Select(row => row.Rule).Distinct());

    [Fact]
    public void Every_case_is_held_by_tests_that_run()
    {
        Assert.All(Rows, row => Assert.NotEmpty(row.Proofs));
        Assert.Equal([], [.. Rows.SelectMany(row => row.Proofs.Select(proof => (row, Fault: proof.Fault()))).Where(pair => pair.Fault is not null)
            .Select(pair => $"{pair.row.Rule}, {pair.row.Says}: {pair.Fault}")]);
    }
}
