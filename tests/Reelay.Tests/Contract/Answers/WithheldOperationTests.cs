using Reelay.Server.Api.Dialects;
using Reelay.Tests.Api;
using Reelay.Tests.Support;

namespace Reelay.Tests.Contract.Answers;

/// <summary>Rule 24: every word hides its routes, for a key and for everybody, and by default nothing is hidden.</summary>
public sealed class WithheldOperationTests(WaitingGateway gateway) : IClassFixture<WaitingGateway>
{
    /// <summary>Each word, a route it hides, and whether other methods stay on the path.</summary>
    private static readonly (string Word, string Method, string Path, bool HasOthers)[] Rows =
    [
        ("list", "GET", "/v1/videos", true),
        ("delete", "DELETE", "/v1/videos/{id}", true),
        ("cancel", "POST", "/v1/videos/{id}/cancel", false),
        ("remix", "POST", "/v1/videos/{id}/remix", false),
        ("edits", "POST", "/v1/videos/edits", true),
        ("extensions", "POST", "/v1/videos/extensions", true),
        ("characters", "POST", "/v1/videos/characters", true),
        ("characters", "GET", "/v1/videos/characters/char_1", false),
        ("estimate", "POST", "/v1/videos/estimate", true),
        ("events", "GET", "/v1/videos/{id}/events", false),
        ("generations", "POST", "/v1/video/generations", false),
        ("generations", "GET", "/v1/video/generations/{id}", false),
        ("models", "GET", "/v1/models", false),
        ("models", "GET", "/v1/models/sora-2", false),
        ("usage", "GET", "/v1/usage", false),
        ("balance", "GET", "/v1/balance", false),
        ("files", "POST", "/v1/files", false),
        ("files", "GET", "/v1/files", false),
        ("files", "GET", "/v1/files/file_1", false),
        ("files", "DELETE", "/v1/files/file_1", false),
        ("files", "GET", "/v1/files/file_1/content", false),
        ("files", "HEAD", "/v1/files/file_1/content", false),
    ];

    // `wait` is a query key, and ignored where it is hidden; the routes of webhooks are not there yet.
    private static readonly string[] Elsewhere = ["wait", "webhook_endpoints"];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Rows.Length)];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_word_is_looked_at() =>
        Assert.Equal(FlagWords<Operations>.Allowed.Split(", ").Order(), Rows.Select(row => row.Word).Concat(Elsewhere).Distinct().Order());

    [Theory]
    [MemberData(nameof(Numbers))]
    public async Task A_word_hides_its_route_from_its_key_alone(int number)
    {
        var row = Rows[number];
        using var caller = await KeyDialectTests.CallerAsync(gateway.Host, [], [row.Word]);
        using var open = await KeyDialectTests.CallerAsync(gateway.Host, []);
        await AssertAsync(gateway.Host, caller, row, isHidden: true);
        await AssertAsync(gateway.Host, open, row, isHidden: false);
    }

    [Fact]
    public async Task All_words_at_once_leave_create_read_and_content()
    {
        await using var closed = await GatewayHost.StartAsync(new()
        {
            ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0", ["Reelay:Api:Withheld"] = FlagWords<Operations>.Allowed,
        });
        foreach (var row in Rows) await AssertAsync(closed, closed.Client, row, isHidden: true);
        var id = await closed.OrderAsync();
        Assert.Equal(200, (await closed.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Status);
        var (status, body) = await closed.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/content");
        Assert.Equal((400, "video_not_ready"), (status, body.GetProperty("error").GetProperty("code").GetString()));
    }

    private static async Task AssertAsync(GatewayHost host, HttpClient client, (string Word, string Method, string Path, bool HasOthers) row, bool isHidden)
    {
        var (_, video) = await host.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" }, client);
        using var request = new HttpRequestMessage(new HttpMethod(row.Method), row.Path.Replace("{id}", video.GetProperty("id").GetString()));
        if (row.Path.EndsWith("/events", StringComparison.Ordinal)) request.Headers.TryAddWithoutValidation("Last-Event-ID", "9999");
        using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        var isUnknown = (int)response.StatusCode == 405
            || ((int)response.StatusCode == 404 && (row.Method == "HEAD" || (await response.Content.ReadAsStringAsync(Cancellation)).Contains("\"unknown_url\"", StringComparison.Ordinal)));
        if (row.Method == "HEAD" && !isHidden) isUnknown = response.Content.Headers.Allow.Count > 0;
        Assert.True(isHidden == isUnknown, $"{row.Method} {row.Path} answered {(int)response.StatusCode}");
        if (isHidden) Assert.Equal(row.HasOthers ? 405 : 404, (int)response.StatusCode);
    }
}
