using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Reelay.Server.Storage;
using Reelay.Tests.Support;

namespace Reelay.Tests.Api;

/// <summary>
/// What the official SDKs do that a server must get right: one check for each of the 24 rows of that table in our notes on the protocol.
/// </summary>
public sealed class Section7Tests
{
    private static readonly Dictionary<string, string?> Waiting = new()
    {
        ["Reelay:Channels:sandbox_openai:MaxInFlight"] = "0", ["Reelay:Engine:MaxWaitingPerAccount"] = "4",
    };

    private static readonly string[] Envelope = ["code", "message", "param", "type"];

    private static readonly Dictionary<int, Func<GatewayHost, Task>> Checks = new()
    {
        [1] = SuccessIsAlways200, [2] = SuccessIsAlways200, [3] = EverythingIsUnderV1, [4] = FormsAndJsonGiveOneModel,
        [5] = BodiesNeedNoLength, [9] = RefusalsSayWhenToTryAgain, [10] = RefusalsSayWhenToTryAgain, [11] = RefusalsSayWhenToTryAgain,
        [12] = AnEmptyAccountIsNotWorthARetry, [13] = StateConflictsAreNever409, [14] = CreatesWaitForNoUpstream,
        [15] = JsonIsSaidToBeJson, [16] = EveryErrorHasTheEnvelope, [17] = IdsNeedNoEscaping, [18] = PagesSayWhereToGoOn,
        [19] = ContentIsStreamedWhateverIsAccepted, [20] = UnknownQueryKeysAreIgnored, [21] = ThereAreFourStates,
        [22] = AnUnknownFileIsRefusedClearly, [23] = ShutdownDatesAreDays, [24] = TheKeyMayComeAsApiKey,
    };

    // 6 and 8 tell what clients do and ask nothing of a server; 7, retried creates, is for the tests of deduplication.
    private static readonly int[] Elsewhere = [6, 7, 8];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<int> Rows => [.. Checks.Keys];

    [Fact]
    public void Every_row_is_looked_at() => Assert.Equal(Enumerable.Range(1, 24), Checks.Keys.Concat(Elsewhere).Order());

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task Row(int number)
    {
        await using var gateway = await GatewayHost.StartAsync(number is 1 or 2 or 19 or 21 ? null : Waiting);
        await Checks[number](gateway);
    }

    private static async Task SuccessIsAlways200(GatewayHost gateway)
    {
        var id = await gateway.OrderAsync();
        await gateway.FinishAsync(id);
        foreach (var (method, path) in new[]
        {
            ("GET", "/v1/videos/" + id), ("GET", "/v1/videos"), ("GET", $"/v1/videos/{id}/content"), ("POST", $"/v1/videos/{id}/cancel"), ("DELETE", "/v1/videos/" + id),
        })
        {
            using var response = await gateway.Client.SendAsync(new HttpRequestMessage(new HttpMethod(method), path), Cancellation);
            Assert.Equal(200, (int)response.StatusCode);
            Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync(Cancellation));
        }
    }

    private static async Task EverythingIsUnderV1(GatewayHost gateway)
    {
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos")).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Get, "/videos")).Status);
    }

    private static async Task FormsAndJsonGiveOneModel(GatewayHost gateway)
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("x"), "prompt" }, { new StringContent("8"), "seconds" }, { new StringContent("1280x720"), "size" },
            { new StringContent("a"), "metadata[tags][]" }, { new StringContent("b"), "metadata[tags][]" },
        };
        using var response = await gateway.Client.PostAsync("/v1/videos", form, Cancellation);
        var (_, json) = await gateway.SendAsync(
            HttpMethod.Post, "/v1/videos", """{"prompt": "x", "seconds": 8, "size": "1280x720", "metadata": {"tags": ["a", "b"]}}""");
        Assert.Equal(WithoutIdentity(json), WithoutIdentity(await JsonAsync(response)));
    }

    private static async Task BodiesNeedNoLength(GatewayHost gateway)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/videos");
        request.Content = new StringContent("""{"prompt": "x"}""", Encoding.UTF8, "application/json");
        request.Headers.TransferEncodingChunked = true;
        using var response = await gateway.Client.SendAsync(request, Cancellation);
        Assert.Equal("queued", (await JsonAsync(response)).GetProperty("status").GetString());
    }

    private static async Task RefusalsSayWhenToTryAgain(GatewayHost gateway)
    {
        for (var i = 0; i < 4; i++) await gateway.OrderAsync();
        using var response = await gateway.Client.PostAsync(
            "/v1/videos", new StringContent("""{"prompt": "x"}""", Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal(429, (int)response.StatusCode);
        Assert.InRange(int.Parse(response.Headers.GetValues("Retry-After").Single()), 1, 60);

        // It would win over Retry-After in two of the SDKs.
        Assert.False(response.Headers.Contains("retry-after-ms"));
    }

    private static async Task AnEmptyAccountIsNotWorthARetry(GatewayHost gateway)
    {
        gateway.Database(connection => connection.Execute("UPDATE accounts SET is_unlimited = 0, balance_micros = 0"));
        using var response = await gateway.Client.PostAsync(
            "/v1/videos", new StringContent("""{"prompt": "x"}""", Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal((403, "false"), ((int)response.StatusCode, response.Headers.GetValues("x-should-retry").Single()));
    }

    private static async Task StateConflictsAreNever409(GatewayHost gateway)
    {
        var id = await gateway.OrderAsync();
        Assert.Equal(400, (await gateway.SendAsync(HttpMethod.Get, $"/v1/videos/{id}/content")).Status);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel")).Status);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel")).Status);
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id)).Status);
        Assert.Equal(404, (await gateway.SendAsync(HttpMethod.Delete, "/v1/videos/" + id)).Status);
    }

    private static async Task CreatesWaitForNoUpstream(GatewayHost gateway)
    {
        var (status, video) = await gateway.SendAsync(HttpMethod.Post, "/v1/videos", new { prompt = "x" });
        Assert.Equal((200, "queued"), (status, video.GetProperty("status").GetString()));
        Assert.Empty(gateway.Sandbox.Submissions);
    }

    private static async Task JsonIsSaidToBeJson(GatewayHost gateway)
    {
        var id = await gateway.OrderAsync();
        foreach (var path in new[] { "/v1/videos", "/v1/videos/" + id, "/v1/models", "/v1/videos/none", $"/v1/videos/{id}/content", "/v1/nothing" })
        {
            using var response = await gateway.Client.GetAsync(path, Cancellation);
            Assert.Equal("application/json", response.Content.Headers.ContentType!.MediaType);
            await JsonAsync(response);
        }
    }

    private static async Task EveryErrorHasTheEnvelope(GatewayHost gateway)
    {
        await AssertAsync(404, HttpMethod.Get, "/v1/nothing", null);
        await AssertAsync(405, HttpMethod.Put, "/v1/videos", null);
        var large = new ByteArrayContent(new byte[65 * 1024 * 1024]) { Headers = { ContentType = new("application/json") } };
        await AssertAsync(413, HttpMethod.Post, "/v1/videos", large);
        await AssertAsync(415, HttpMethod.Post, "/v1/videos", new StringContent("x", Encoding.UTF8, new MediaTypeHeaderValue("image/png")));

        async Task AssertAsync(int status, HttpMethod method, string path, HttpContent? content)
        {
            using var request = new HttpRequestMessage(method, path) { Content = content };
            request.Headers.ExpectContinue = content is not null;
            using var response = await gateway.Client.SendAsync(request, Cancellation);
            Assert.Equal(status, (int)response.StatusCode);
            Assert.NotEmpty(response.Headers.GetValues("x-request-id").Single());
            Assert.Equal(Envelope, (await JsonAsync(response)).GetProperty("error").EnumerateObject().Select(member => member.Name).Order());
        }
    }

    private static async Task IdsNeedNoEscaping(GatewayHost gateway) => Assert.Matches("^[A-Za-z0-9_-]+$", await gateway.OrderAsync());

    private static async Task PagesSayWhereToGoOn(GatewayHost gateway)
    {
        var (_, empty) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos");
        Assert.Equal("""{"data":[],"first_id":null,"last_id":null,"has_more":false,"object":"list"}""", empty.GetRawText());
        string[] ids = [await gateway.OrderAsync(), await gateway.OrderAsync(), await gateway.OrderAsync()];
        var (_, page) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos?limit=2");
        Assert.Equal((ids[1], true), (page.GetProperty("last_id").GetString(), page.GetProperty("has_more").GetBoolean()));
        (_, page) = await gateway.SendAsync(HttpMethod.Get, "/v1/videos?limit=2&after=" + ids[1]);
        Assert.Equal((ids[0], false), (page.GetProperty("last_id").GetString(), page.GetProperty("has_more").GetBoolean()));
    }

    private static async Task ContentIsStreamedWhateverIsAccepted(GatewayHost gateway)
    {
        var id = await gateway.OrderAsync();
        await gateway.FinishAsync(id);
        foreach (var accept in new[] { "application/binary", "text/plain, video/mp4, image/webp", "application/json" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/v1/videos/{id}/content");
            request.Headers.TryAddWithoutValidation("Accept", accept);
            using var response = await gateway.Client.SendAsync(request, Cancellation);
            Assert.Equal((200, "video/mp4"), ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType));
            Assert.True(response.Content.Headers.ContentLength > 0);
        }
    }

    private static async Task UnknownQueryKeysAreIgnored(GatewayHost gateway)
    {
        var id = await gateway.OrderAsync();
        foreach (var path in new[] { "/v1/videos?limit=1&include[]=all&beta", $"/v1/videos/{id}?include[]=all", "/v1/models?limit=x" })
        {
            Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, path)).Status);
        }
    }

    private static async Task ThereAreFourStates(GatewayHost gateway)
    {
        string[] known = ["queued", "in_progress", "completed", "failed"];
        foreach (var prompt in new[] { "a red boat", "[fail:generation]" })
        {
            using var stream = await EventReader.OpenAsync(gateway.Client, await gateway.OrderAsync(prompt));
            var states = (await stream.RestAsync()).Where(block => block.Data is not null).Select(block => block.Video.GetProperty("status").GetString()!).ToList();
            Assert.Empty(states.Except(known));
            Assert.Equal(prompt == "a red boat" ? "completed" : "failed", states[^1]);
        }
    }

    private static async Task AnUnknownFileIsRefusedClearly(GatewayHost gateway)
    {
        var (status, body) = await gateway.SendAsync(
            HttpMethod.Post, "/v1/videos", """{"prompt": "x", "input_reference": {"file_id": "file_unknown"}}""");
        Assert.InRange(status, 400, 404);
        Assert.Contains("file", body.GetProperty("error").GetProperty("message").GetString(), StringComparison.OrdinalIgnoreCase);
    }

    private static async Task ShutdownDatesAreDays(GatewayHost gateway)
    {
        var (_, page) = await gateway.SendAsync(HttpMethod.Get, "/v1/models");
        var dates = page.GetProperty("data").EnumerateArray().Where(row => row.TryGetProperty("shutdown_date", out _))
            .Select(row => row.GetProperty("shutdown_date").GetString()!).ToList();
        Assert.NotEmpty(dates);
        Assert.All(dates, date => Assert.Matches(@"^\d{4}-\d{2}-\d{2}$", date));
    }

    private static async Task TheKeyMayComeAsApiKey(GatewayHost gateway)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = gateway.BaseUrl };
        client.DefaultRequestHeaders.Add("api-key", "sk-reelay-sandbox");
        Assert.Equal(200, (await gateway.SendAsync(HttpMethod.Get, "/v1/videos", client: client)).Status);
    }

    private static async Task<JsonElement> JsonAsync(HttpResponseMessage response) =>
        JsonDocument.Parse(await response.Content.ReadAsStringAsync(Cancellation)).RootElement;

    private static IEnumerable<string> WithoutIdentity(JsonElement video) => video.EnumerateObject()
        .Where(member => member.Name is not ("id" or "task_id" or "created_at" or "estimated_completion_at")).Select(member => member.Name + member.Value.GetRawText());
}
