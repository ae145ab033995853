using System.Text.Json;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Simulators;

/// <summary>The npm package <c>openai</c> as it is published, against the sandbox itself: what OpenAI had beside creating.</summary>
public sealed class NodeSourceTests
{
    [Fact]
    public async Task Videos_are_edited_extended_and_remixed_by_id_and_by_file()
    {
        using var folder = new TemporaryFolder();
        await using SandboxHost sandbox = await StartAsync();
        string clip = folder.File("clip.mp4");
        await File.WriteAllBytesAsync(clip, Clips.Make(3, 1920, 1080), TestContext.Current.CancellationToken);
        JsonElement result = await RunAsync(sandbox, "sources", clip);

        string? id = result.GetProperty("source").GetProperty("video").GetProperty("id").GetString();
        string? extensionId = result.GetProperty("extension").GetProperty("video").GetProperty("id").GetString();
        AssertVideo(result.GetProperty("extension"), "sora-2", "1280x720", "20", id);
        AssertVideo(result.GetProperty("edit"), "sora-2", "1280x720", "20", extensionId);
        AssertVideo(result.GetProperty("remix"), "sora-2", "1280x720", "8", id);
        AssertVideo(result.GetProperty("file"), "sora-2-pro", "1920x1080", "3", null);
        AssertVideo(result.GetProperty("longer"), "sora-2", "1920x1080", "7", null);

        JsonElement refused = result.GetProperty("refused");
        AssertError(refused.GetProperty("unknown"), "NotFoundError", "not_found");
        AssertError(refused.GetProperty("nameless"), "BadRequestError", "missing_required_parameter");
        AssertError(refused.GetProperty("seconds"), "BadRequestError", "invalid_value");
        AssertError(refused.GetProperty("early"), "BadRequestError", "video_not_completed");
        Assert.Equal(11, sandbox.Submissions.Count);
        Assert.Equal(4, sandbox.Submissions.Count(submission => !submission.Row.Accepted));
    }

    [Fact]
    public async Task Characters_are_made_read_and_named_in_an_order()
    {
        using var folder = new TemporaryFolder();
        await using SandboxHost sandbox = await StartAsync();
        string clip = folder.File("clip.mp4");
        await File.WriteAllBytesAsync(clip, Clips.Make(3, 1280, 720), TestContext.Current.CancellationToken);
        JsonElement result = await RunAsync(sandbox, "characters", clip);

        JsonElement mossy = result.GetProperty("mossy");
        Assert.Equal("Mossy", mossy.GetProperty("name").GetString());
        Assert.Equal(mossy.GetRawText(), result.GetProperty("again").GetRawText());
        Assert.Equal("completed", result.GetProperty("video").GetProperty("status").GetString());

        JsonElement refused = result.GetProperty("refused");
        AssertError(refused.GetProperty("prompt"), "BadRequestError", "character_not_in_prompt");
        AssertError(refused.GetProperty("unknown"), "NotFoundError", "not_found");
        AssertError(refused.GetProperty("picture"), "BadRequestError", "invalid_video");

        // Characters cost nothing: only the two orders are submissions.
        Assert.Equal([false, true], sandbox.Submissions.Select(submission => submission.Row.Accepted));
    }

    private static Task<SandboxHost> StartAsync() =>
        SandboxHost.StartAsync(new SandboxOptions { Render = RenderMode.StandIn, Duration = 0.1 });

    private static Task<JsonElement> RunAsync(SandboxHost sandbox, string scenario, string clip) =>
        NodeScripts.RunAsync(new Uri(sandbox.BaseUrl, "openai/v1"), "sk-sandbox-openai", scenario, clip);

    private static void AssertVideo(JsonElement made, string model, string size, string seconds, string? sourceId)
    {
        JsonElement video = made.GetProperty("video");
        Assert.Equal("completed", video.GetProperty("status").GetString());
        Assert.Equal(model, video.GetProperty("model").GetString());
        Assert.Equal(size, video.GetProperty("size").GetString());
        Assert.Equal(seconds, video.GetProperty("seconds").GetString());
        Assert.Equal(sourceId, video.GetProperty("remixed_from_video_id").GetString());
        Assert.Equal(StandInClipStore.Clip.Length, made.GetProperty("size").GetInt32());
    }

    private static void AssertError(JsonElement error, string className, string code)
    {
        Assert.Equal(className, error.GetProperty("class").GetString());
        Assert.Equal(code, error.GetProperty("code").GetString());
    }
}
