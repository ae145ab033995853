using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json.Nodes;
using OpenAI.Videos;
using Reelay.Server.Assets.Probing;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Sdk;

/// <summary>The NuGet package <c>OpenAI</c> as it is published. Only status 200 is a success for it, and it follows no redirect.</summary>
public sealed class DotNetClientTests
{
    private static RequestOptions? None => null;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_video_is_created_read_listed_downloaded_and_deleted(bool isAsync)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var client = Client(gateway);
        var created = Json(await Create(client, isAsync, """{"prompt":"a fox","seconds":"4","size":"1280x720"}"""));
        var id = (string)created["id"]!;
        Assert.Equal("queued", (string?)created["status"]);
        Assert.Equal("4", (string?)created["seconds"]);

        var video = await Finish(client, isAsync, id);
        Assert.Equal("completed", (string?)video["status"]);
        var content = isAsync ? await client.DownloadVideoAsync(id, null, None) : client.DownloadVideo(id, null, None);
        Assert.Equal(200, content.GetRawResponse().Status);
        Assert.Equal(StandInClipStore.Clip.ToArray(), content.GetRawResponse().Content.ToArray());
        Assert.Equal(id, (string?)(await Page(client, isAsync, 10, "desc", null))["data"]![0]!["id"]);

        var deleted = Json(isAsync ? await client.DeleteVideoAsync(id, None) : client.DeleteVideo(id, None));
        Assert.True((bool)deleted["deleted"]!);
        Assert.Equal(id, (string?)deleted["id"]);
        var gone = await Failure(isAsync, () => client.GetVideoAsync(id, None), () => client.GetVideo(id, None));
        Assert.Equal(404, gone.Status);
        Assert.Contains("video_not_found", gone.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Thumbnails_and_spritesheets_are_downloaded_by_the_name_of_their_variant(bool isAsync)
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        await using var gateway = await GatewayHost.StartAsync();
        var client = Client(gateway);
        var id = (string)Json(await Create(client, isAsync, """{"prompt":"a fox"}"""))["id"]!;
        await Finish(client, isAsync, id);
        foreach (var (variant, type) in new[] { ("thumbnail", "image/webp"), ("spritesheet", "image/jpeg") })
        {
            var content = (isAsync ? await client.DownloadVideoAsync(id, variant, None) : client.DownloadVideo(id, variant, None)).GetRawResponse();
            Assert.Equal(200, content.Status);
            Assert.Equal(type, MediaSniffer.Sniff(content.Content.ToArray()));
            Assert.True(content.Headers.TryGetValue("Content-Type", out var told));
            Assert.Equal(type, told);
        }

        AssertRefusal(400, "invalid_variant", await Failure(
            isAsync, () => client.DownloadVideoAsync(id, "poster", None), () => client.DownloadVideo(id, "poster", None)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_multipart_order_may_carry_a_picture(bool isAsync)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var client = Client(gateway);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("it begins with this picture"), "prompt" },
            { new StringContent("sora-2"), "model" },
            { new StringContent("1280x720"), "size" },
            { new ByteArrayContent(PngImage.Gradient(1280, 720)), "input_reference", "first frame.png" },
        };
        var body = await form.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        using var content = BinaryContent.Create(BinaryData.FromBytes(body));
        var type = form.Headers.ContentType!.ToString();
        var created = Json(isAsync ? await client.CreateVideoAsync(content, type, None) : client.CreateVideo(content, type, None));
        var video = await Finish(client, isAsync, (string)created["id"]!);
        Assert.Equal("completed", (string?)video["status"]);
        Assert.Equal("i2v", (string?)video["effective"]!["mode"]);
        Assert.True(Assert.Single(gateway.Sandbox.Submissions).Row.Accepted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Lists_are_read_page_by_page_with_the_last_id(bool isAsync)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var client = Client(gateway);
        var made = new List<string>();
        for (var n = 0; n < 5; n++) made.Add((string)Json(await Create(client, isAsync, $$"""{"prompt":"one of five: {{n}}"}"""))["id"]!);

        var read = new List<string>();
        for (string? after = null; ;)
        {
            var page = await Page(client, isAsync, 2, "asc", after);
            read.AddRange(page["data"]!.AsArray().Select(video => (string)video!["id"]!));
            if (!(bool)page["has_more"]!) break;
            after = (string)page["last_id"]!;
        }

        Assert.Equal(made, read);
        var newest = await Page(client, isAsync, null, null, null);
        Assert.Equal(made.AsEnumerable().Reverse(), newest["data"]!.AsArray().Select(video => (string)video!["id"]!));
        Assert.False((bool)newest["has_more"]!);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Remix_and_other_refusals_arrive_as_exceptions_with_code_and_request_id(bool isAsync)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var client = Client(gateway);
        var id = (string)Json(await Create(client, isAsync, """{"prompt":"a fox"}"""))["id"]!;
        using var prompt = BinaryContent.Create(BinaryData.FromString("""{"prompt":"bluer"}"""));
        AssertRefusal(404, "video_not_completed", await Failure(
            isAsync,
            () => client.CreateVideoRemixAsync(id, prompt, "application/json", None),
            () => client.CreateVideoRemix(id, prompt, "application/json", None)));
        using var seconds = BinaryContent.Create(BinaryData.FromString("""{"prompt":"a fox","seconds":5}"""));
        AssertRefusal(400, "invalid_seconds", await Failure(
            isAsync,
            () => client.CreateVideoAsync(seconds, "application/json", None),
            () => client.CreateVideo(seconds, "application/json", None)));
        using var model = BinaryContent.Create(BinaryData.FromString("""{"prompt":"a fox","model":"sora-9"}"""));
        AssertRefusal(404, "model_not_found", await Failure(
            isAsync,
            () => client.CreateVideoAsync(model, "application/json", None),
            () => client.CreateVideo(model, "application/json", None)));
        AssertRefusal(400, "invalid_order", await Failure(
            isAsync,
            () => client.GetVideosAsync(1, "sideways", null, None).GetRawPagesAsync()
                .FirstAsync(TestContext.Current.CancellationToken).AsTask(),
            () => client.GetVideos(1, "sideways", null, None).GetRawPages().First()));
        await Finish(client, isAsync, id);
        Assert.Single(gateway.Sandbox.Submissions);
    }

    [Fact]
    public async Task A_wrong_key_is_refused_at_once()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var client = Client(gateway, "sk-nobody");
        AssertRefusal(401, "invalid_api_key", await Assert.ThrowsAsync<ClientResultException>(() => client.GetVideoAsync("task_1", None)));
    }

    private static VideoClient Client(GatewayHost gateway, string secret = "sk-reelay-sandbox") =>
        new(new ApiKeyCredential(secret), new VideoClientOptions { Endpoint = new Uri(gateway.BaseUrl, "/v1") });

    private static async Task<ClientResult> Create(VideoClient client, bool isAsync, string json)
    {
        using var body = BinaryContent.Create(BinaryData.FromString(json));
        return isAsync ? await client.CreateVideoAsync(body, "application/json", None) : client.CreateVideo(body, "application/json", None);
    }

    private static async Task<JsonNode> Page(VideoClient client, bool isAsync, int? limit, string? order, string? after) => Json(isAsync
        ? await client.GetVideosAsync(limit, order, after, None).GetRawPagesAsync().FirstAsync(TestContext.Current.CancellationToken)
        : client.GetVideos(limit, order, after, None).GetRawPages().First());

    private static async Task<JsonNode> Finish(VideoClient client, bool isAsync, string id)
    {
        while (true)
        {
            var video = Json(isAsync ? await client.GetVideoAsync(id, None) : client.GetVideo(id, None));
            if ((string?)video["status"] is "completed" or "failed") return video;
            await Task.Delay(TimeSpan.FromMilliseconds(20), TimeProvider.System, TestContext.Current.CancellationToken);
        }
    }

    private static Task<ClientResultException> Failure(bool isAsync, Func<Task<ClientResult>> callAsync, Func<ClientResult> call) => isAsync
        ? Assert.ThrowsAsync<ClientResultException>(callAsync)
        : Task.FromResult(Assert.Throws<ClientResultException>(call));

    private static void AssertRefusal(int status, string code, ClientResultException refusal)
    {
        Assert.Equal(status, refusal.Status);
        Assert.Contains(code, refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.GetRawResponse()!.Headers.TryGetValue("x-request-id", out var id));
        Assert.StartsWith("req_", id);
    }

    private static JsonNode Json(ClientResult result) => JsonNode.Parse(result.GetRawResponse().Content)!;
}
