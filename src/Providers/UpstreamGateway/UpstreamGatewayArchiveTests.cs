using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.UpstreamGateway;

/// <summary>CONTRACT 28: ids that only an earlier gateway knows are looked up there, for accounts that are mapped to it, until a date.</summary>
public sealed class UpstreamGatewayArchiveTests
{
    private const string Account = "acct_sandbox";

    [Theory]
    [InlineData("new-api", "new_api")]
    [InlineData("aurora", "aurora")]
    [InlineData("reelay", "reelay")]
    public async Task A_video_of_an_earlier_gateway_is_shown_and_downloaded_here(string simulator, string kind)
    {
        await using var world = await World.StartAsync(simulator, kind);
        var id = await world.OrderThereAsync("an old boat");
        var video = await world.Gateway.FinishAsync(id);

        Assert.Equal((id, id, "video", "gateway-example", "4", "1280x720"), (
            Text(video, "id"), Text(video, "task_id"), Text(video, "object"), Text(video, "model"), Text(video, "seconds"), Text(video, "size")));
        Assert.Equal(100, video.GetProperty("progress").GetInt32());
        Assert.InRange(video.GetProperty("created_at").GetInt64(), 1_700_000_000, 9_999_999_999);
        Assert.Equal(new Uri(world.Gateway.BaseUrl, $"/v1/videos/{id}/content").AbsoluteUri, Text(video, "output_url"));
        Assert.Equal(Text(video, "video_url"), Text(video.GetProperty("metadata"), "url"));

        // With the key, by the signed link without one, and not by a link that was altered.
        Assert.Equal((HttpStatusCode.OK, StandInClipStore.Clip.Length), await DownloadAsync(world.Gateway.Client, Text(video, "output_url")));
        using var stranger = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
        Assert.Equal((HttpStatusCode.OK, StandInClipStore.Clip.Length), await DownloadAsync(stranger, Text(video, "video_url")));
        Assert.Equal(HttpStatusCode.Forbidden, (await DownloadAsync(stranger, Text(video, "video_url") + "x")).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await DownloadAsync(stranger, Text(video, "output_url"))).Status);
        using var head = await world.Gateway.Client.SendAsync(new(HttpMethod.Head, Text(video, "output_url")), TestContext.Current.CancellationToken);
        Assert.Equal((HttpStatusCode.OK, "video/mp4"), (head.StatusCode, head.Content.Headers.ContentType!.MediaType));
        Assert.Equal("variant_unavailable", await world.RefusedAsync(HttpMethod.Get, $"/v1/videos/{id}/content?variant=thumbnail"));
    }

    [Fact]
    public async Task It_is_read_only_for_mapped_accounts_alone_and_not_listed()
    {
        await using var world = await World.StartAsync("new-api", "new_api");
        var id = await world.OrderThereAsync("an old boat [stuck]");
        await world.Gateway.UntilAsync(id, "in_progress");

        Assert.Equal("video_not_ready", await world.RefusedAsync(HttpMethod.Get, $"/v1/videos/{id}/content"));
        Assert.Equal("video_not_found", await world.RefusedAsync(HttpMethod.Delete, $"/v1/videos/{id}"));
        Assert.Equal("video_not_found", await world.RefusedAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel"));
        Assert.Equal("video_not_found", await world.RefusedAsync(HttpMethod.Get, "/v1/videos/task_nobody_knows"));
        Assert.Equal("video_not_found", await world.RefusedAsync(HttpMethod.Get, "/v1/videos/..%2F..%2Fmodels"));
        using var admin = world.Gateway.NewClient(world.Gateway.AdminKey);
        Assert.Equal("video_not_found", await world.RefusedAsync(HttpMethod.Get, $"/v1/videos/{id}", admin));
        Assert.Empty((await world.Gateway.SendAsync(HttpMethod.Get, "/v1/videos")).Body.GetProperty("data").EnumerateArray());
    }

    [Fact]
    public async Task A_failed_one_keeps_its_reason_and_a_gateway_that_is_away_is_no_answer()
    {
        await using var world = await World.StartAsync("new-api", "new_api");
        var id = await world.OrderThereAsync("an old boat [fail:generation]");
        var video = await world.Gateway.FinishAsync(id);
        Assert.Equal(("failed", "task_failed"), (Text(video, "status"), Text(video.GetProperty("error"), "code")));

        world.Old.Core.Faults.Add("gateway-new-api", SimulatedCall.Retrieve, "http:500", count: 1);
        Assert.Equal("archive_unavailable", await world.RefusedAsync(HttpMethod.Get, $"/v1/videos/{id}"));
    }

    [Fact]
    public async Task After_its_date_it_is_asked_no_more()
    {
        await using var world = await World.StartAsync("new-api", "new_api", until: "2020-01-01");
        var id = await world.OrderThereAsync("an old boat");
        Assert.Equal("video_not_found", await world.RefusedAsync(HttpMethod.Get, $"/v1/videos/{id}"));
    }

    [Theory]
    [InlineData("Reelay:Archives:nowhere:Accounts", "a", "Until")]
    [InlineData("Reelay:Archives:nowhere:Until", "2027-01-01", "Accounts")]
    [InlineData("Reelay:Archives:old:Until", "soon", "soon")]
    [InlineData("Reelay:Archives:sandbox_kling:Until", "2027-01-01", "sandbox_kling")]
    public async Task Wrong_settings_stop_the_start(string name, string value, string word)
    {
        var settings = new Dictionary<string, string?>
        {
            ["Reelay:Channels:old:Provider"] = "upstream_gateway", ["Reelay:Channels:old:BaseUrl"] = "http://127.0.0.1:9/v1",
            ["Reelay:Archives:old:Accounts"] = "a", ["Reelay:Archives:old:Until"] = "2027-01-01",
        };
        if (name.Contains("sandbox_kling", StringComparison.Ordinal)) settings["Reelay:Archives:sandbox_kling:Accounts"] = "a";
        settings[name] = value;
        var mistake = await Assert.ThrowsAnyAsync<Exception>(() => GatewayHost.StartAsync(settings));
        Assert.Contains(word, mistake.Message, StringComparison.Ordinal);
    }

    private static string Text(JsonElement json, string name) => json.GetProperty(name).GetString()!;

    private static async Task<(HttpStatusCode Status, int Length)> DownloadAsync(HttpMessageInvoker client, string url)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).Length);
    }

    private sealed record World(SandboxHost Old, string Simulator, GatewayHost Gateway) : IAsyncDisposable
    {
        public static async Task<World> StartAsync(string simulator, string kind, string until = "2100-01-01")
        {
            var old = await SandboxHost.StartAsync(new() { Duration = 0.3, Render = RenderMode.StandIn });
            var gateway = await GatewayHost.StartAsync(new()
            {
                ["Reelay:Channels:old:Provider"] = "upstream_gateway",
                ["Reelay:Channels:old:BaseUrl"] = new Uri(old.BaseUrl, $"gateway-{simulator}/v1").AbsoluteUri,
                ["Reelay:Channels:old:ApiKey"] = $"sk-sandbox-gateway-{simulator}",
                ["Reelay:Channels:old:MaxInFlight"] = "0",
                ["Reelay:Channels:old:Options:kind"] = kind,
                ["Reelay:Archives:old:Accounts"] = $"acct_other, {Account}",
                ["Reelay:Archives:old:Until"] = until,
            });
            return new(old, simulator, gateway);
        }

        /// <summary>Orders at the earlier gateway itself, as its callers did.</summary>
        public async Task<string> OrderThereAsync(string prompt)
        {
            using var client = new HttpMessageInvoker(new SocketsHttpHandler { UseProxy = false });
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Old.BaseUrl, $"gateway-{Simulator}/v1/videos"));
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", $"sk-sandbox-gateway-{Simulator}");
            request.Content = new StringContent(
                JsonSerializer.Serialize(new { model = "gateway-example", prompt, seconds = "4", size = "1280x720" }), Encoding.UTF8, "application/json");
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
            return Text(json.RootElement, "id");
        }

        public async Task<string> RefusedAsync(HttpMethod method, string path, HttpClient? client = null)
        {
            var (status, body) = await Gateway.SendAsync(method, path, client: client);
            Assert.InRange(status, 400, 599);
            return Text(body.GetProperty("error"), "code");
        }

        public async ValueTask DisposeAsync()
        {
            await Gateway.DisposeAsync();
            await Old.DisposeAsync();
        }
    }
}
