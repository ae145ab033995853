using System.Text.Json.Nodes;
using Reelay.Providers;

namespace Reelay.Tests.Providers.Vidu;

/// <summary>How an order whose answer was lost is found in the list, and what its absence there is worth.</summary>
public sealed class ViduSearchTests
{
    private const string Trusting = """{"trust_absence":true}""";

    private readonly ViduCase _test = new();

    [Fact]
    public void A_search_is_by_token_after_a_delay_that_is_a_setting()
    {
        Assert.Equal(new SearchAbility(SearchKind.ByToken, TimeSpan.FromSeconds(30)), _test.Provider.Search(_test.Account()));
        Assert.Equal(TimeSpan.FromSeconds(2.5), _test.Provider.Search(_test.Account("""{"search_delay_seconds":2.5}""")).VisibilityDelay);
    }

    [Fact]
    public async Task The_row_with_our_payload_is_the_order()
    {
        _test.Upstream.Answer(200, ViduCase.Fixture("list.json"));
        var found = Assert.Single(await FindAsync());
        Assert.Equal((ViduCase.TaskId, true), (found.UpstreamId, found.IsMatch));
        Assert.Equal("""{"task_id":"916345012887654400"}""", found.Reference.GetRawText());

        // Ten minutes wider than the query on either side: clocks differ, and the payload alone decides.
        Assert.Equal(
            "https://api.vidu.example/ent/v2/tasks?created_at.from=2026-11-21T07%3A50%3A00.000Z&created_at.to=2026-11-21T08%3A11%3A00.000Z&pager.pagesz=100&pager.page=0",
            _test.Upstream.Request.Url.AbsoluteUri);
    }

    [Fact]
    public async Task Later_pages_are_read_by_the_token_of_the_page_before()
    {
        _test.Upstream.Answer(200, Page("t/2", Row("other"))).Answer(200, Page("", Row("att_7")));
        Assert.Single(await FindAsync());
        Assert.EndsWith("&pager.pagesz=100&pager.page_token=t%2F2", _test.Upstream.Requests[1].Url.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Full_pages_without_a_token_are_read_by_their_number()
    {
        _test.Upstream.Answer(200, Page(null, [.. Enumerable.Repeat(0, 100).Select(_ => Row("other"))])).Answer(200, Page(null, Row("att_7")));
        Assert.Single(await FindAsync());
        Assert.EndsWith("&pager.page=1", _test.Upstream.Requests[1].Url.AbsoluteUri, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Absence_is_believed_only_where_the_channel_says_so()
    {
        foreach (var page in new[] { Page("", Row("other")), Page(""), Page(null, Row(null, prompt: "Something else")) })
        {
            _test.Upstream.Answer(200, page);
            Assert.Contains("trust_absence", (await UnprovedAsync()).Message, StringComparison.Ordinal);
            _test.Upstream.Answer(200, page);
            Assert.Empty(await FindAsync(Trusting));
        }
    }

    [Fact]
    public async Task A_row_without_a_payload_that_may_be_ours_keeps_absence_from_being_proved()
    {
        foreach (var row in new JsonNode[] { Row(null), Row(""), JsonValue.Create("a row of another shape"), Row(null, prompt: null) })
        {
            _test.Upstream.Answer(200, Page("", row));
            Assert.Contains("no payload", (await UnprovedAsync(Trusting)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_list_that_goes_on_and_on_proves_nothing()
    {
        for (var page = 0; page < 10; page++) _test.Upstream.Answer(200, Page("more", Row("other")));
        Assert.Contains("10 pages", (await UnprovedAsync(Trusting)).Message, StringComparison.Ordinal);
        Assert.Equal(10, _test.Upstream.Requests.Count);
    }

    [Theory]
    [InlineData(200, "{}", ProviderErrorKind.Unavailable)]
    [InlineData(200, """{"tasks":null}""", ProviderErrorKind.Unavailable)]
    [InlineData(401, """{"reason":"Unauthorized"}""", ProviderErrorKind.Unauthorized)]
    [InlineData(500, """{"reason":"InternalServiceFailure"}""", ProviderErrorKind.Unavailable)]
    public async Task What_is_no_list_proves_nothing(int status, string body, ProviderErrorKind kind)
    {
        _test.Upstream.Answer(status, body);
        Assert.Equal(kind, (await UnprovedAsync(Trusting)).Kind);
    }

    private static JsonObject Row(string? payload, string? prompt = "A paper boat") => new JsonObject
    {
        ["id"] = "916345012887654400", ["model"] = "viduq3-turbo", ["prompt"] = prompt, ["payload"] = payload, ["state"] = "processing", ["created_at"] = "2026-11-21T08:00:03Z",
    };

    private static string Page(string? next, params JsonNode[] rows) => new JsonObject { ["next_page_token"] = next, ["tasks"] = new JsonArray(rows) }.ToJsonString();

    private async Task<ProviderException> UnprovedAsync(string? options = null) => await Assert.ThrowsAsync<ProviderException>(() => FindAsync(options));

    private Task<IReadOnlyList<FoundSubmission>> FindAsync(string? options = null) => _test.Provider.FindAsync(
        _test.Account(options), new(ViduCase.BoatClip, "att_7", ViduCase.Now, ViduCase.Now.AddMinutes(1)), TestContext.Current.CancellationToken);
}
