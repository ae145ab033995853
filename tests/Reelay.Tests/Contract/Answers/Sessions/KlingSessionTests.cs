using System.Text.Json;
using Reelay.Simulators;

namespace Reelay.Tests.Contract.Answers.Sessions;

/// <summary>Kling through the field names that new-api and aiid document: <c>kling-video</c> with <c>model_name</c>, Kling's own <c>mode</c>, <c>image</c>, <c>image_tail</c>, <c>image_list</c>, <c>video_id</c>.</summary>
public sealed class KlingSessionTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Theory]
    [InlineData("""{"model": "kling-video", "model_name": "kling-v2-6", "mode": "t2v", "prompt": "日落时的海边", "duration": 5, "aspect_ratio": "16:9"}""", "t2v", "std")]
    [InlineData("""{"model": "kling-video", "model_name": "kling-v2-6", "mode": "pro", "prompt": "p", "duration": "10", "sound": "on"}""", "t2v", "pro")]
    [InlineData("""{"model": "kling-video", "model_name": "kling-v2-6", "prompt": "p", "mode": "i2v", "image": "https://example.com/a.png"}""", "i2v", "std")]
    [InlineData(
        """{"model": "kling-v1-6", "prompt": "p", "image": "https://example.com/a.png", "image_tail": "https://example.com/b.png", "mode": "pro", "duration": "5", "cfg_scale": 0.7, "negative_prompt": "blur"}""",
        "i2v_first_last", "pro")]
    [InlineData("""{"model": "kling-v1-6", "prompt": "p", "metadata": {"mode": "pro", "aspect_ratio": "9:16", "cfg_scale": 0.3, "negative_prompt": "blur"}}""", "t2v", "pro")]
    [InlineData(
        """{"model": "kling-video", "model_name": "kling-v1-6", "prompt": "p", "mode": "multi_i2v", "image_list": [{"image": "https://example.com/a.png"}, {"image": "https://example.com/b.png"}]}""",
        "multi_i2v", "std")]
    public async Task A_video_is_ordered_polled_and_downloaded(string body, string mode, string quality)
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host, "flat_errors");
        var created = await caller.PostAsync("/v1/videos", body);
        Assert.Equal(("queued", created.Text("id")), (created.Text("status"), created.Text("task_id")));
        var effective = created.GetProperty("effective");
        Assert.Equal((mode, quality), (effective.Text("mode"), effective.Text("quality")));
        Assert.False(created.TryGetProperty("warnings", out _));

        var done = await caller.PollAsync("/v1/videos/" + created.Text("id"), "completed", "failed");
        Assert.True(done.Text("status") == "completed", done.GetRawText());
        var (type, bytes) = await caller.DownloadAsync(done.Text("video_url"), hasKey: false);
        Assert.Equal(("video/mp4", StandInClipStore.Clip.Length), (type, bytes.Length));
    }

    [Fact]
    public async Task A_video_is_found_by_the_callers_own_id_and_extended_by_its_video_id()
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host);
        var created = await caller.PostAsync("/v1/videos", """
            {"model": "kling-video", "model_name": "kling-v1-6", "prompt": "a paper boat", "external_task_id": "boat-1", "watermark_info": {"enabled": false}}
            """);
        Assert.Equal("boat-1", created.Text("external_task_id"));
        var id = created.Text("id");
        Assert.Equal(id, (await caller.GetAsync("/v1/videos?external_task_id=boat-1")).Text("first_id"));
        Assert.Equal("completed", (await caller.PollAsync("/v1/videos/" + id, "completed", "failed")).Text("status"));

        // No prompt and no length: the source and the vendor decide.
        var longer = await caller.PostAsync("/v1/videos", JsonSerializer.Serialize(new { model = "kling-video", model_name = "kling-v1-6", mode = "extend", video_id = id }));
        Assert.Equal((id, "extend"), (longer.Text("remixed_from_video_id"), longer.GetProperty("effective").Text("mode")));
        var done = await caller.PollAsync("/v1/videos/" + longer.Text("id"), "completed", "failed");
        Assert.True(done.Text("status") == "completed", done.GetRawText());
    }

    [Theory]
    [InlineData("""{"model": "kling-video", "prompt": "p"}""", "model_name_required")]
    [InlineData("""{"model": "kling-video", "model_name": "kling-v9", "prompt": "p"}""", "invalid_model_name")]
    [InlineData("""{"model": "kling-video", "model_name": "kling-v2-6", "prompt": "p", "duration": 7}""", "invalid_seconds")]
    public async Task What_cannot_be_made_is_refused_with_what_can(string body, string code)
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host, "flat_errors");
        Assert.Equal(code, (await caller.PostAsync("/v1/videos", body, 400)).Text("code"));
    }
}
