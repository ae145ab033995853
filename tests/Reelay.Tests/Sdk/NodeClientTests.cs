using System.Security.Cryptography;
using System.Text.Json;
using Reelay.Server.Assets.Probing;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Sdk;

/// <summary>The npm package <c>openai</c> as it is published, driven by the scripts of <c>tests/node</c>.</summary>
public sealed class NodeClientTests
{
    private static readonly JsonSerializerOptions Readable = new() { WriteIndented = true };

    [Fact]
    public async Task Create_without_a_file_answers_a_queued_video_with_what_was_asked()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var result = await NodeScripts.RunAsync(gateway, "create");
        var video = result.GetProperty("video");
        Assert.Equal(200, result.GetProperty("status").GetInt32());
        Assert.StartsWith("req_", result.GetProperty("requestId").GetString());
        Assert.Equal("video", video.GetProperty("object").GetString());
        Assert.Equal("queued", video.GetProperty("status").GetString());
        Assert.Equal("sora-2", video.GetProperty("model").GetString());
        Assert.Equal("8", video.GetProperty("seconds").GetString());
        Assert.Equal("1280x720", video.GetProperty("size").GetString());
        Assert.Equal("a fox runs through the snow", video.GetProperty("prompt").GetString());
    }

    [Theory]
    [InlineData("create-file")]
    [InlineData("create-stream")]
    [InlineData("create-image-url")]
    public async Task A_picture_is_taken_in_each_way_the_package_can_send_it(string scenario)
    {
        await using var gateway = await GatewayHost.StartAsync();
        var picture = Path.Combine(gateway.Folder, "frame.png");
        await File.WriteAllBytesAsync(picture, PngImage.Gradient(1280, 720), TestContext.Current.CancellationToken);
        var video = await NodeScripts.RunAsync(gateway, scenario, picture);
        Assert.Equal("completed", video.GetProperty("status").GetString());
        Assert.Equal("i2v", video.GetProperty("effective").GetProperty("mode").GetString());
        Assert.True(Assert.Single(gateway.Sandbox.Submissions).Row.Accepted);
    }

    [Fact]
    public async Task Retrieve_leads_from_queued_to_completed_and_progress_never_falls()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var result = await NodeScripts.RunAsync(gateway, "retrieve");
        var states = result.GetProperty("states").EnumerateArray().Select(state => state.GetString()!).ToList();
        var order = states.Select(state => Array.IndexOf(["queued", "in_progress", "completed"], state)).ToList();
        Assert.Equal(order.Order(), order);
        Assert.DoesNotContain(-1, order);
        var progress = result.GetProperty("progress").EnumerateArray().Select(value => value.GetInt32()).ToList();
        Assert.Equal(progress.Order(), progress);
        Assert.Equal(100, progress[^1]);
        Assert.True(result.GetProperty("video").GetProperty("completed_at").GetInt64() > 0);
    }

    [Fact]
    public async Task For_await_follows_the_pages_of_a_list_in_both_directions()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var result = await NodeScripts.RunAsync(gateway, "list");
        var made = Texts(result.GetProperty("made"));
        Assert.Equal(made, Texts(result.GetProperty("forward")));
        Assert.Equal(made.AsEnumerable().Reverse(), Texts(result.GetProperty("backward")));
        var page = result.GetProperty("page");
        Assert.Equal(made[1..3], Texts(page.GetProperty("ids")));
        Assert.Equal(made[2], page.GetProperty("last").GetString());
        Assert.True(page.GetProperty("more").GetBoolean());
        Assert.True(page.GetProperty("next").GetBoolean());
        var empty = result.GetProperty("empty");
        Assert.Equal(0, empty.GetProperty("count").GetInt32());
        Assert.False(empty.GetProperty("more").GetBoolean());
        Assert.False(empty.GetProperty("next").GetBoolean());
    }

    [Fact]
    public async Task A_deleted_video_is_gone_for_every_call()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var result = await NodeScripts.RunAsync(gateway, "delete");
        var deleted = result.GetProperty("deleted");
        Assert.Equal(result.GetProperty("id").GetString(), deleted.GetProperty("id").GetString());
        Assert.True(deleted.GetProperty("deleted").GetBoolean());
        Assert.Equal("video.deleted", deleted.GetProperty("object").GetString());
        foreach (var call in new[] { "retrieve", "content", "again" })
        {
            AssertError(result.GetProperty(call), "NotFoundError", 404, "video_not_found", "id");
        }
    }

    [Fact]
    public async Task Download_gives_the_file_and_refuses_with_a_reason_while_there_is_none()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var result = await NodeScripts.RunAsync(gateway, "download");
        AssertError(result.GetProperty("early"), "BadRequestError", 400, "video_not_ready");
        Assert.Equal(200, result.GetProperty("status").GetInt32());
        Assert.False(result.GetProperty("redirected").GetBoolean());
        Assert.Equal("video/mp4", result.GetProperty("type").GetString());
        Assert.Equal("ftyp", result.GetProperty("brand").GetString());
        Assert.Equal(StandInClipStore.Clip.Length.ToString(), result.GetProperty("length").GetString());
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(StandInClipStore.Clip.Span)), result.GetProperty("sha256").GetString());
    }

    [Fact]
    public async Task Variants_are_downloaded_as_what_they_are_and_refused_as_the_packages_errors()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        await using var gateway = await GatewayHost.StartAsync();
        var result = await NodeScripts.RunAsync(gateway, "download-variants");
        foreach (var (variant, type) in new[] { ("thumbnail", "image/webp"), ("spritesheet", "image/jpeg") })
        {
            var got = result.GetProperty(variant);
            Assert.Equal((200, type), (got.GetProperty("status").GetInt32(), got.GetProperty("type").GetString()));
            Assert.Equal(got.GetProperty("size").GetInt32().ToString(), got.GetProperty("length").GetString());
            Assert.Equal(type, MediaSniffer.Sniff(Convert.FromHexString(got.GetProperty("head").GetString()!)));
        }

        AssertError(result.GetProperty("poster"), "BadRequestError", 400, "invalid_variant", "variant");
        Assert.Equal(200, result.GetProperty("link").GetInt32());
    }

    [Fact]
    public async Task Refusals_become_the_packages_own_error_classes()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var result = await NodeScripts.RunAsync(gateway, "errors");
        AssertError(result.GetProperty("model"), "NotFoundError", 404, "model_not_found", "model");
        AssertError(result.GetProperty("seconds"), "BadRequestError", 400, "invalid_seconds", "seconds");
        AssertError(result.GetProperty("id"), "NotFoundError", 404, "video_not_found", "id");
        AssertError(result.GetProperty("prompt"), "BadRequestError", 400, "prompt_required", "prompt");
        AssertError(result.GetProperty("key"), "AuthenticationError", 401, "invalid_api_key");
        AssertError(result.GetProperty("remix"), "NotFoundError", 404, "video_not_found", "id");
        AssertError(result.GetProperty("limit"), "BadRequestError", 400, "invalid_limit", "limit");
        Assert.Empty(gateway.Sandbox.Submissions);
    }

    [Fact]
    public async Task Keys_that_the_form_never_had_become_warnings()
    {
        await using var gateway = await GatewayHost.StartAsync();
        var video = await NodeScripts.RunAsync(gateway, "extras");
        Assert.Equal("queued", video.GetProperty("status").GetString());
        var warned = video.GetProperty("warnings").EnumerateArray().Select(warning => warning.GetProperty("param").GetString()!).ToList();
        foreach (var name in new[] { "fps", "flag", "provider", "tags", "refs" })
        {
            Assert.Contains(warned, param => param.StartsWith(name, StringComparison.Ordinal));
        }
    }

    private static void AssertError(JsonElement error, string className, int status, string code, string? param = null)
    {
        var whole = JsonSerializer.Serialize(error, Readable);
        Assert.True(error.TryGetProperty("class", out var found), whole);
        Assert.Equal(className, found.GetString());
        Assert.True(error.GetProperty("isApiError").GetBoolean(), whole);
        Assert.Equal(status, error.GetProperty("status").GetInt32());
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.StartsWith("req_", error.GetProperty("requestId").GetString());
        Assert.StartsWith(status + " ", error.GetProperty("message").GetString());
    }

    private static List<string> Texts(JsonElement list) => [.. list.EnumerateArray().Select(text => text.GetString()!)];
}
