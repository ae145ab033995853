using Reelay.Server.Assets.Probing;
using Reelay.Simulators;

namespace Reelay.Tests.Contract.Answers.Sessions;

/// <summary>Aurora's create and result pages: JSON with <c>reference_images</c> and <c>tier</c>, polling by <c>task_id</c>, the file behind <c>output_url</c> with the key.</summary>
public sealed class AuroraSessionTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Fact]
    public async Task A_picture_is_ordered_with_references_and_a_tier_and_downloaded_by_its_output_url()
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host);
        var created = await caller.PostAsync("/v1/videos", """
            {"model": "gpt-image-2", "prompt": "neon fox in the rain", "seconds": "8", "size": "1024x1024", "tier": "2k",
             "reference_images": ["https://example.com/ref.png"]}
            """);
        Assert.Equal(("video", "gpt-image-2", "queued", 0, "8", "1024x1024"), (
            created.Text("object"), created.Text("model"), created.Text("status"), created.GetProperty("progress").GetInt32(),
            created.Text("seconds"), created.Text("size")));
        Assert.Equal(created.Text("id"), created.Text("task_id"));
        Assert.StartsWith("task_", created.Text("task_id"));
        Assert.False(created.TryGetProperty("output_url", out _));

        var done = await caller.PollAsync("/v1/videos/" + created.Text("task_id"), "completed", "failed");
        Assert.Empty(caller.States.Except(["queued", "in_progress", "completed"]));
        Assert.Equal($"{gateway.Root}/v1/videos/{created.Text("id")}/content", done.Text("output_url"));

        // Size gives the ratio, tier the pixels; the same path for pictures, and a query that means nothing is ignored.
        Assert.Equal("2048x2048", done.GetProperty("effective").GetProperty("size").GetString());
        foreach (var query in new[] { "", "?download=1" })
        {
            var (type, bytes) = await caller.DownloadAsync(done.Text("output_url") + query);
            Assert.Equal(("image/png", "image/png"), (type, MediaSniffer.Sniff(bytes)));
        }
    }

    [Fact]
    public async Task A_tier_alone_is_enough_and_a_video_takes_the_same_way()
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host);
        var picture = await caller.PostAsync("/v1/videos", """{"model": "gpt-image-2", "prompt": "a neon fox", "tier": "2k"}""");
        Assert.Equal("2048x2048", picture.GetProperty("effective").GetProperty("size").GetString());
        var video = await caller.PostAsync("/v1/videos", """{"model": "sora-2", "prompt": "waves", "seconds": 4, "size": "1280x720", "tier": "720p"}""");
        foreach (var created in new[] { picture, video })
            Assert.Equal("completed", (await caller.PollAsync("/v1/videos/" + created.Text("id"), "completed", "failed")).Text("status"));
        var (type, bytes) = await caller.DownloadAsync($"/v1/videos/{video.Text("id")}/content");
        Assert.Equal(("video/mp4", StandInClipStore.Clip.Length), (type, bytes.Length));
    }

    [Fact]
    public async Task A_failure_is_a_state_with_an_error_and_an_early_download_a_400()
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host);
        var failing = await caller.PostAsync("/v1/videos", """{"model": "sora-2", "prompt": "[fail:generation]"}""");
        var failed = await caller.PollAsync("/v1/videos/" + failing.Text("task_id"), "completed", "failed");
        Assert.Equal("failed", failed.Text("status"));
        Assert.Equal("generation_failed", failed.GetProperty("error").Text("code"));
        Assert.NotEmpty(failed.GetProperty("error").Text("message"));
        var stuck = await caller.PostAsync("/v1/videos", """{"model": "sora-2", "prompt": "[stuck]"}""");
        await caller.GetAsync($"/v1/videos/{stuck.Text("id")}/content", 400);
    }
}
