using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Flows;

/// <summary>Sora's names: what goes on from an earlier video, by its id, by a file and by the id of an upload; and characters.</summary>
public sealed class SoraSourceFlowTests(SoraSourceFlowTests.World world) : IClassFixture<SoraSourceFlowTests.World>
{
    /// <summary>Real clips, since the length of what came of them is measured.</summary>
    public sealed class World : FlowWorld
    {
        private protected override SandboxOptions Sandbox => new() { Duration = 0.1, Render = RenderMode.Cached };
    }

    [Fact]
    public async Task A_video_is_extended_to_a_whole_and_that_is_edited()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        var source = await world.CompleteAsync(new { prompt = FlowWorld.Prompt() });
        Assert.Equal((720, 1280, 4m, "4"), (
            source.Content.Facts.WidthPixels, source.Content.Facts.HeightPixels, source.Content.Facts.DurationSeconds, source.Video.Text("seconds")));

        var prompt = FlowWorld.Prompt("it goes on");
        var (_, queued) = await world.Gateway.SendAsync(
            HttpMethod.Post, "/v1/videos/extensions", new { video = new { id = source.Id }, prompt, seconds = "4" });
        Assert.Equal(("4", source.Id), (queued.Text("seconds"), queued.Text("remixed_from_video_id")));
        var longer = await world.CheckAsync(await world.Gateway.FinishAsync(queued.Text("id")));
        AssertSentById("videos/extensions", prompt, source, "4");
        Assert.Equal((8m, "8", "extend"), (longer.Content.Facts.DurationSeconds, longer.Video.Text("seconds"), longer.Effective.Text("mode")));
        Assert.Equal(longer.PriceMicros, longer.SettledMicros);
        Assert.Equal(400_000, longer.PriceMicros);

        foreach (var path in new[] { $"/v1/videos/{longer.Id}/remix", "/v1/videos/edits" })
        {
            prompt = FlowWorld.Prompt("in winter");
            var edited = await world.CompleteAsync(path.EndsWith("edits") ? new { prompt, video = new { id = longer.Id } } : new { prompt }, path);
            AssertSentById("videos/edits", prompt, longer, null);
            Assert.Equal((8m, "edit", longer.Id), (
                edited.Content.Facts.DurationSeconds, edited.Effective.Text("mode"), edited.Video.Text("remixed_from_video_id")));
            Assert.Equal((800_000, 800_000), (edited.PriceMicros, edited.SettledMicros));
        }
    }

    [Fact]
    public async Task A_file_and_the_id_of_an_upload_are_edited_and_extended_alike()
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        var clip = (await world.CompleteAsync(new { prompt = FlowWorld.Prompt() })).Content.Bytes;
        var upload = (await world.Gateway.UploadAsync(clip, "clip.mp4", "user_data")).Text("id");

        var prompt = FlowWorld.Prompt();
        var made = await world.CheckAsync(await world.MakeFormAsync(
            Uploads.Form(("prompt", prompt), ("model", "sora-2-pro"), ("video", (clip, "mine.mp4"))), "/v1/videos/edits"));
        AssertSentAsFile("videos/edits", prompt, "sora-2-pro", clip, null);
        Assert.False(made.Video.TryGetProperty("remixed_from_video_id", out _));

        prompt = FlowWorld.Prompt();
        await world.CompleteAsync(new { prompt, video = new { file_id = upload } }, "/v1/videos/edits");
        AssertSentAsFile("videos/edits", prompt, "sora-2", clip, null);

        prompt = FlowWorld.Prompt();
        var longer = await world.CompleteAsync(new { prompt, video = new { file_id = upload }, seconds = 4 }, "/v1/videos/extensions");
        AssertSentAsFile("videos/extensions", prompt, "sora-2", clip, "4");
        Assert.Equal("8", longer.Video.Text("seconds"));

        // The file is measured when it comes, so that no more than its length is reserved; nobody can tell its tier beforehand.
        Assert.Equal((4 * 700_000, 4 * 700_000), (made.PriceMicros, made.SettledMicros));
    }

    [Fact]
    public async Task Characters_are_made_upstream_before_the_order_that_names_them()
    {
        using var form = Uploads.Form(("name", "Mossy"), ("video", (Uploads.Clip(), "mossy.mp4")));
        var (status, mossy) = await world.Gateway.PostAsync("/v1/videos/characters", form);
        Assert.True(status == 200, mossy.GetRawText());

        var prompt = FlowWorld.Prompt("Mossy dances");
        await world.CompleteAsync(new { prompt, characters = new[] { new { id = mossy.Text("id") } } });
        var sent = world.Wire.Create(prompt);
        var character = Assert.Single(sent.Parts(), part => part.Name.StartsWith("characters"));
        Assert.Equal("characters[][id]", character.Name);
        var upload = world.Wire.Creates("Mossy").First(request => request.Url.AbsolutePath.EndsWith("videos/characters"));
        Assert.Equal("Mossy", upload.Field("name"));
        Assert.Equal(Uploads.Clip(), upload.Parts().Single(part => part.Name == "video").Bytes);
        Assert.StartsWith("char_", System.Text.Encoding.UTF8.GetString(character.Bytes));
        Assert.Single(world.Submissions(prompt));
    }

    [Theory]
    [InlineData("sora-2-2025-10-06", "720x1280", 8, 800_000)]
    [InlineData("sora-2-2025-12-08", "1280x720", 4, 400_000)]
    [InlineData("sora-2-pro", "1024x1792", 4, 2_000_000)]
    [InlineData("sora-2-pro-2025-10-06", "1920x1080", 4, 2_800_000)]
    public async Task Every_name_and_size_is_made_as_it_is_called(string model, string size, int seconds, long price)
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        var prompt = FlowWorld.Prompt();
        var made = await world.CompleteAsync(new { model, prompt, size, seconds = $"{seconds}" });
        var sent = world.Wire.Create(prompt);
        Assert.Equal((model, size, $"{seconds}"), (sent.Field("model"), sent.Field("size"), sent.Field("seconds")));
        Assert.Equal((size, (decimal)seconds), ($"{made.Content.Facts.WidthPixels}x{made.Content.Facts.HeightPixels}", made.Content.Facts.DurationSeconds));
        Assert.Equal((price, price), (made.PriceMicros, made.SettledMicros));
    }

    private void AssertSentById(string path, string prompt, Made source, string? seconds)
    {
        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/openai/v1/" + path, sent.Url.AbsolutePath);
        Assert.Equal((source.Attempt.Text("upstream_id"), seconds), (sent.Field("video[id]"), sent.Field("seconds")));
        Assert.DoesNotContain(sent.Parts(), part => part.FileName is not null);
    }

    private void AssertSentAsFile(string path, string prompt, string model, byte[] clip, string? seconds)
    {
        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/openai/v1/" + path, sent.Url.AbsolutePath);
        Assert.Equal((model, seconds), (sent.Field("model"), sent.Field("seconds")));
        var file = Assert.Single(sent.Parts(), part => part.FileName is not null);
        Assert.Equal(("video", "input0.mp4"), (file.Name, file.FileName));
        Assert.Equal(clip, file.Bytes);
    }
}
