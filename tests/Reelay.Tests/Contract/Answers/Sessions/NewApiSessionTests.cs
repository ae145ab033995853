using System.Text.Json;
using Reelay.Simulators;

namespace Reelay.Tests.Contract.Answers.Sessions;

/// <summary>
/// Gateways built on new-api, aiid's documentation among them: <c>duration</c>, <c>image_url</c>, <c>parameters</c>; links <c>video_url</c>,
/// <c>url</c> and <c>metadata.url</c> that need no key; the older route <c>/v1/video/generations</c>; flat errors, by the dialect <c>flat_errors</c>.
/// </summary>
public sealed class NewApiSessionTests(RunningGateway gateway) : IClassFixture<RunningGateway>
{
    [Theory]
    [InlineData("/v1/videos", """{"model": "sora-2", "prompt": "海边日落", "duration": 8, "size": "1280x720", "mode": "t2v"}""")]
    [InlineData("/v1/videos", """{"model": "sora-2", "prompt": "p", "image_url": "https://example.com/a.png", "size": "1280x720", "mode": "i2v", "seconds": "8"}""")]
    [InlineData("/v1/video/generations", """{"model": "sora-2", "prompt": "p", "duration": 8.0, "width": 1280, "height": 720, "fps": 30, "seed": 20231234, "n": 1, "response_format": "url", "user": "user-1234"}""")]
    [InlineData("/v1/video/generations", """{"model": "sora-2", "prompt": "p", "image": "https://example.com/a.png", "metadata": {"duration": 8, "size": "1280x720"}}""")]
    public async Task A_video_is_ordered_polled_and_downloaded_by_links_that_need_no_key(string path, string body)
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host, "flat_errors");
        var created = await caller.PostAsync(path, body);
        Assert.Equal((created.Text("id"), "video", "queued", "8"), (created.Text("task_id"), created.Text("object"), created.Text("status"), created.Text("seconds")));

        var done = await caller.PollAsync($"{path}/{created.Text("task_id")}", "completed", "failed");
        Assert.Empty(caller.States.Except(["queued", "in_progress", "completed"]));
        Assert.Equal("completed", done.Text("status"));
        foreach (var link in new[] { done.Text("video_url"), done.Text("url"), done.GetProperty("metadata").Text("url") })
        {
            var (type, bytes) = await caller.DownloadAsync(link, hasKey: false);
            Assert.Equal(("video/mp4", StandInClipStore.Clip.Length), (type, bytes.Length));
        }

        Assert.Equal("video/mp4", (await caller.DownloadAsync($"/v1/videos/{created.Text("id")}/content")).Type);
    }

    [Fact]
    public async Task A_form_may_carry_objects_as_text()
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host, "flat_errors");
        using var form = new MultipartFormDataContent
        {
            { new StringContent("sora-2"), "model" },
            { new StringContent("p"), "prompt" },
            { new StringContent("""["https://example.com/a.png"]"""), "images" },
            { new StringContent("""{"duration": 8}"""), "parameters" },
            { new StringContent("""{"size": "1280x720", "shot": 7}"""), "metadata" },
        };
        var created = await caller.PostAsync("/v1/videos", form);
        Assert.Equal(("8", "1280x720"), (created.Text("seconds"), created.Text("size")));
        var done = await caller.PollAsync("/v1/videos/" + created.Text("id"), "completed", "failed");
        Assert.Equal(("completed", "i2v", 7), (
            done.Text("status"), done.GetProperty("effective").Text("mode"), done.GetProperty("metadata").GetProperty("shot").GetInt32()));
    }

    [Fact]
    public async Task Refusals_are_flat_beside_the_usual_body_and_a_failure_has_message_and_code()
    {
        using var caller = await SessionCaller.WithKeyAsync(gateway.Host, "flat_errors");
        AssertFlat(await caller.PostAsync("/v1/video/generations", """{"model": "sora-2"}""", 400), "prompt_required");
        AssertFlat(await caller.PostAsync("/v1/videos", """{"model": "nobody", "prompt": "p"}""", 404), "model_not_found");
        AssertFlat(await caller.PostAsync("/v1/videos", """{"model": "sora-2", "prompt": "p", "seconds": 4, "duration": 8}""", 400), "conflicting_parameters");
        AssertFlat(await caller.GetAsync("/v1/video/generations/task_unknown", 404), "video_not_found");
        AssertFlat(await caller.GetAsync("/v1/videos/task_unknown/content", 404), "video_not_found");
        var created = await caller.PostAsync("/v1/video/generations", """{"model": "sora-2", "prompt": "[fail:generation]"}""");
        var failed = await caller.PollAsync("/v1/video/generations/" + created.Text("task_id"), "completed", "failed");
        Assert.Equal("generation_failed", failed.GetProperty("error").Text("code"));
    }

    private static void AssertFlat(JsonElement answer, string code)
    {
        Assert.Equal((code, code), (answer.Text("code"), answer.GetProperty("error").Text("code")));
        Assert.Equal(answer.Text("message"), answer.GetProperty("error").Text("message"));
    }
}
