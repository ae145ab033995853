using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.OpenAi;

/// <summary>Looking for a submission whose answer was lost.</summary>
public sealed class OpenAiSearchTests
{
    private readonly OpenAiCase _test = new();

    [Theory]
    [InlineData("openai", SearchKind.ByContent)]
    [InlineData("vllm_omni", SearchKind.ByContent)]
    [InlineData("trtllm", SearchKind.ByContent)]
    [InlineData("sglang", SearchKind.None)]
    [InlineData("gateway", SearchKind.None)]
    public async Task Only_a_list_that_shows_prompts_can_be_searched(string profile, SearchKind kind)
    {
        var account = _test.Account($$"""{"profile":"{{profile}}"}""");

        Assert.Equal(new SearchAbility(kind, TimeSpan.FromSeconds(2)), _test.Provider.Search(account));
        if (kind == SearchKind.None)
            Assert.Empty(await _test.Provider.FindAsync(account, Query(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void The_visibility_delay_is_a_setting() => Assert.Equal(
        TimeSpan.FromSeconds(7.5), _test.Provider.Search(_test.Account("""{"list_delay_seconds":7.5}""")).VisibilityDelay);

    [Fact]
    public async Task Rows_of_the_window_come_newest_first_and_match_by_prompt_and_parameters()
    {
        _test.Upstream.Answer(200, OpenAiCase.Fixture("openai.list.json"));

        var found = await FindAsync();

        Assert.Equal("https://upstream.example/v1/videos?limit=100&order=desc", _test.Upstream.Request.Url.AbsoluteUri);
        Assert.Equal([("video_4", false), ("video_3", true), ("video_2", false)], found.Select(row => (row.UpstreamId, row.IsMatch)));
        Assert.Equal("""{"id":"video_3"}""", found[1].Reference.GetRawText());
    }

    [Fact]
    public async Task A_row_cut_to_the_second_in_which_we_sent_is_inside_the_window()
    {
        _test.Upstream.Answer(200, List(false, Row("a", 0), Row("b", -1), Row("c", 61)));

        var found = await _test.Provider.FindAsync(
            _test.Account(), Query() with { SentFrom = OpenAiCase.Now.AddMilliseconds(900) }, TestContext.Current.CancellationToken);

        Assert.Equal(["a"], found.Select(row => row.UpstreamId));
    }

    [Theory]
    [InlineData("prompt", "\"Another\"", false)]
    [InlineData("prompt", "null", false)]
    [InlineData("model", "\"other\"", false)]
    [InlineData("model", "null", true)]
    [InlineData("seconds", "4", false)]
    [InlineData("seconds", "8", true)]
    [InlineData("seconds", "\"8.0\"", true)]
    [InlineData("seconds", "null", true)]
    [InlineData("size", "\"720x1280\"", false)]
    [InlineData("size", "\"\"", true)]
    public async Task A_match_needs_the_prompt_and_no_contradiction(string field, string json, bool isMatch)
    {
        var row = Row("a", 1);
        row[field] = JsonNode.Parse(json);
        _test.Upstream.Answer(200, List(false, row));

        Assert.Equal(isMatch, Assert.Single(await FindAsync()).IsMatch);
    }

    [Theory]
    [InlineData("edit", "video_0", "8", true)]
    [InlineData("edit", "video_0", "12", false)]
    [InlineData("edit", "video_9", "8", false)]
    [InlineData("edit", null, "8", false)]
    [InlineData("edit", "video_0", null, false)]
    [InlineData("extend", "video_0", "12", true)]
    [InlineData("extend", "video_0", "8", false)]
    [InlineData("extend", "video_0", "4", false)]
    [InlineData("t2v", null, "8", true)]
    [InlineData("t2v", "video_0", "8", false)]
    public async Task What_was_made_from_another_video_is_known_by_it_and_by_its_length(string mode, string? sourceId, string? seconds, bool isMatch)
    {
        var row = Row("a", 1);
        (row["remixed_from_video_id"], row["seconds"], row["model"]) = (sourceId, seconds, mode == "t2v" ? "sora-2" : "sora-2-pro");
        var request = mode == "t2v" ? OpenAiCase.BoatClip : new ProviderRequest
        {
            UpstreamModel = "sora-2",
            Mode = mode,
            Prompt = OpenAiCase.BoatClip.Prompt,
            Seconds = mode == "extend" ? 4 : null,
            Source = OpenAiCase.Earlier(),
        };
        Assert.Equal(isMatch, await IsMatchAsync(row, request));

        // Without the source's id or length nothing tells the row from another one with the same prompt.
        if (mode != "t2v")
        {
            Assert.False(await IsMatchAsync(row, request with { Source = null }));
            Assert.False(await IsMatchAsync(row, request with { Source = OpenAiCase.Earlier("""{"id":"video_0"}""") }));
        }
    }

    [Fact]
    public async Task A_server_that_was_sent_no_model_is_not_judged_by_it()
    {
        _test.Upstream.Answer(200, List(false, Row("a", 1)).Replace("sora-2", "Wan-AI/Wan2.2-T2V", StringComparison.Ordinal));
        Assert.True(Assert.Single(await FindAsync("""{"profile":"vllm_omni"}""")).IsMatch);
    }

    [Fact]
    public async Task A_list_without_cursor_or_order_is_read_as_one_page()
    {
        _test.Upstream.Answer(200, OpenAiCase.Fixture("trtllm.list.json"));

        var query = Query() with { Request = OpenAiCase.BoatClip with { UpstreamModel = "wan2.2" } };
        var found = await _test.Provider.FindAsync(_test.Account("""{"profile":"trtllm"}"""), query, TestContext.Current.CancellationToken);

        Assert.Equal([("video_b", false), ("video_a", true)], found.Select(row => (row.UpstreamId, row.IsMatch)));
    }

    [Fact]
    public async Task Pages_are_read_until_one_is_older_than_the_window()
    {
        _test.Upstream.Answer(200, List(true, Row("v 3", 30), Row("v 2", 20))).Answer(200, List(true, Row("v 1", 10), Row("v 0", -10)));

        Assert.Equal(["v 3", "v 2", "v 1"], (await FindAsync()).Select(row => row.UpstreamId));
        Assert.Equal("?limit=100&order=desc&after=v%202", _test.Upstream.Requests[1].Url.Query);
    }

    [Fact]
    public async Task At_most_a_thousand_rows_are_read()
    {
        for (var page = 0; page < 10; page++)
            _test.Upstream.Answer(200, List(true, [.. Enumerable.Range(0, 100).Select(row => Row($"v{page}-{row}", 30))]));

        Assert.Equal(1000, (await FindAsync()).Count);
    }

    [Fact]
    public async Task A_cursor_that_stands_still_ends_the_search()
    {
        _test.Upstream.Answer(200, List(true, Row("a", 30))).Answer(200, List(true, Row("a", 30)));
        Assert.Equal("a", Assert.Single(await FindAsync()).UpstreamId);
    }

    [Theory]
    [InlineData(200, "{}", ProviderErrorKind.Unavailable)]
    [InlineData(200, "", ProviderErrorKind.Unavailable)]
    [InlineData(500, "", ProviderErrorKind.Unavailable)]
    [InlineData(401, "", ProviderErrorKind.Unauthorized)]
    public async Task A_list_that_cannot_be_read_is_no_empty_list(int status, string body, ProviderErrorKind kind)
    {
        _test.Upstream.Answer(status, body);
        Assert.Equal(kind, (await Assert.ThrowsAsync<ProviderException>(() => FindAsync())).Kind);
    }

    private async Task<bool> IsMatchAsync(JsonObject row, ProviderRequest request)
    {
        _test.Upstream.Answer(200, List(false, (JsonObject)row.DeepClone()));
        var found = await _test.Provider.FindAsync(_test.Account(), Query() with { Request = request }, TestContext.Current.CancellationToken);
        return Assert.Single(found).IsMatch;
    }

    private Task<IReadOnlyList<FoundSubmission>> FindAsync(string? options = null) =>
        _test.Provider.FindAsync(_test.Account(options), Query(), TestContext.Current.CancellationToken);

    private static SubmissionQuery Query() => new(OpenAiCase.BoatClip, "att_7", OpenAiCase.Now, OpenAiCase.Now.AddMinutes(1));

    private static JsonObject Row(string id, int afterSeconds) => new()
    {
        ["id"] = id, ["object"] = "video", ["model"] = "sora-2", ["status"] = "queued", ["prompt"] = "A paper boat on a canal",
        ["created_at"] = OpenAiCase.Now.ToUnixTimeSeconds() + afterSeconds, ["size"] = "1280x720", ["seconds"] = "8",
    };

    private static string List(bool hasMore, params JsonObject[] rows) => new JsonObject
    {
        ["object"] = "list", ["data"] = new JsonArray([.. rows]), ["has_more"] = hasMore, ["last_id"] = rows[^1]["id"]!.DeepClone(),
    }.ToJsonString();
}
