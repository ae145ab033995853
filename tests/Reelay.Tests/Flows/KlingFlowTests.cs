using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Files;

namespace Reelay.Tests.Flows;

/// <summary>Kling by its family's name and by each of its own, from the order to the settled price.</summary>
public sealed class KlingFlowTests(KlingFlowTests.World world) : IClassFixture<KlingFlowTests.World>
{
    private static readonly byte[] Picture = PngImage.Gradient(640, 360);
    private static readonly byte[] Another = PngImage.Gradient(642, 360);

    /// <summary>The small clip for everything: what was made is read from the simulator's jobs.</summary>
    public sealed class World : FlowWorld
    {
        // A lost answer is looked for as soon as it can have arrived.
        private protected override Dictionary<string, string?> Settings => new()
        {
            ["Reelay:Channels:sandbox_kling:CallSeconds"] = "6", ["Reelay:Channels:sandbox_kling:Options:search_delay_seconds"] = "0",
        };
    }

    [Theory]
    [InlineData("kling-v1", "{}", "std", "1280x720", 5, 28_000)]
    [InlineData("kling-v1-6", """{"size":"720x1280","seconds":10}""", "std", "720x1280", 10, 56_000)]
    [InlineData("kling-v2-master", "{}", null, "1280x720", 5, 280_000)]
    [InlineData("kling-v2-1-master", "{}", null, "1920x1080", 5, 280_000)]
    [InlineData("kling-v2-5-turbo", """{"quality":"pro"}""", "pro", "1920x1080", 5, 70_000)]
    [InlineData("kling-v2-6", """{"mode":"pro","sound":"on"}""", "pro", "1920x1080", 5, 140_000)]
    [InlineData("kling-v3", "{}", "std", "1280x720", 4, 84_000)]
    public async Task Text_is_ordered_by_the_family_and_by_the_models_own_name(
        string model, string fields, string? mode, string size, int seconds, long perSecond)
    {
        foreach (var names in new[] { $$"""{"model":"kling-video","model_name":"{{model}}"}""", $$"""{"model":"{{model}}"}""" })
        {
            var (made, sent, job) = await OrderAsync(names, fields);
            Assert.EndsWith("/kling/v1/videos/text2video", sent.Url.AbsolutePath);
            Assert.Equal((model, mode, $"{seconds}"), ((string?)sent.Json["model_name"], (string?)sent.Json["mode"], (string?)sent.Json["duration"]));
            Assert.Equal(AspectOf(size), (string?)sent.Json["aspect_ratio"]);
            Assert.Equal((model, size, seconds), (job.Model, $"{job.Clip.WidthPixels}x{job.Clip.HeightPixels}", job.Clip.Seconds));
            Assert.Equal((model, seconds * perSecond), (made.UpstreamModel, made.PriceMicros));

            // The clip that stands in has two seconds, and only what was delivered is paid.
            Assert.Equal(2 * perSecond, made.SettledMicros);
            Assert.Equal((names.Contains("kling-video") ? "kling-video" : model, $"{seconds}"), (made.Video.Text("model"), made.Video.Text("seconds")));
        }
    }

    [Theory]
    [InlineData("kling-v1", "{}", "std")]
    [InlineData("kling-v1-5", """{"quality":"pro"}""", "pro")]
    [InlineData("kling-v1-6", "{}", "std")]
    [InlineData("kling-v2-master", "{}", null)]
    [InlineData("kling-v2-1", """{"tier":"1080p"}""", "pro")]
    [InlineData("kling-v2-1-master", "{}", null)]
    [InlineData("kling-v2-5-turbo", """{"size":"720p"}""", "std")]
    [InlineData("kling-v2-6", """{"audio":true}""", "pro")]
    [InlineData("kling-v3", """{"quality":"4k","seconds":3}""", "4k")]
    public async Task A_first_frame_goes_inline_and_decides_the_ratio(string model, string fields, string? mode)
    {
        var (made, sent, job) = await OrderAsync($$"""{"model":"kling-video","model_name":"{{model}}"}""", fields, ("image", Convert.ToBase64String(Picture)));
        Assert.EndsWith("/kling/v1/videos/image2video", sent.Url.AbsolutePath);
        Assert.Equal((Convert.ToBase64String(Picture), mode, null), ((string?)sent.Json["image"], (string?)sent.Json["mode"], (string?)sent.Json["aspect_ratio"]));
        Assert.Equal(("i2v", 1.78), (made.Effective.Text("mode"), Math.Round((double)job.Clip.WidthPixels / job.Clip.HeightPixels, 2)));
    }

    [Theory]
    [InlineData("kling-v1", "std", "end_image_url")]
    [InlineData("kling-v1-5", "pro", "image_tail")]
    [InlineData("kling-v1-6", "pro", "end_image_url")]
    [InlineData("kling-v2-1", "pro", "image_tail")]
    [InlineData("kling-v2-5-turbo", "pro", "last_frame")]
    [InlineData("kling-v2-6", "pro", "end_image_url")]
    [InlineData("kling-v3", "std", "image_tail")]
    [InlineData("kling-v3-omni", "std", "image_tail")]
    [InlineData("kling-video-o1", "std", "end_image_url")]
    public async Task First_and_last_frame_choose_what_the_model_needs_for_them(string model, string mode, string last)
    {
        var (made, sent, _) = await OrderAsync(
            $$"""{"model":"{{model}}"}""", "{}", ("image", "https://example.com/first.png"), (last, Convert.ToBase64String(Another)));
        Assert.Equal(("i2v_first_last", mode), (made.Effective.Text("mode"), (string?)sent.Json["mode"]));
        if (sent.Json["image_list"] is JsonArray list)
        {
            Assert.Equal(["first_frame", "end_frame"], list.Select(item => (string?)item!["type"]));
            Assert.Equal(Convert.ToBase64String(Another), (string?)list[1]!["image_url"]);
        }
        else
        {
            Assert.Equal(Convert.ToBase64String(Another), (string?)sent.Json["image_tail"]);
            Assert.Equal(1280, ImageWidth((string)sent.Json["image"]!));
        }
    }

    [Fact]
    public async Task A_loop_begins_and_ends_with_the_same_picture()
    {
        foreach (var picture in new[] { Convert.ToBase64String(Picture), "https://example.com/loop.png" })
        {
            var (made, sent, _) = await OrderAsync("""{"model":"kling-v3"}""", "{}", ("image", picture), ("image_tail", picture));
            Assert.Equal("i2v_first_last", made.Effective.Text("mode"));
            Assert.Equal((string?)sent.Json["image"], (string?)sent.Json["image_tail"]);
        }
    }

    [Theory]
    [InlineData("kling-v1-6", 2, "kling-v1-6", "multi-image2video")]
    [InlineData("kling-v1-6", 4, "kling-v1-6", "multi-image2video")]
    [InlineData("kling-v1-6", 6, "kling-v3-omni", "omni-video")]
    [InlineData("kling-v3-omni", 3, "kling-v3-omni", "omni-video")]
    [InlineData("kling-video-o1", 7, "kling-video-o1", "omni-video")]
    public async Task Several_pictures_go_where_so_many_are_taken(string model, int count, string upstream, string family)
    {
        var pictures = new JsonArray([.. Enumerable.Range(0, count).Select(index => JsonValue.Create(Convert.ToBase64String(PngImage.Gradient(400 + index, 300))))]);
        var (made, sent, _) = await OrderAsync($$"""{"model":"{{model}}","seconds":5}""", "{}", ("image_list", pictures));
        Assert.EndsWith("/" + family, sent.Url.AbsolutePath);
        Assert.Equal(("multi_i2v", upstream), (made.Effective.Text("mode"), made.UpstreamModel));
        var key = family == "omni-video" ? "image_url" : "image";
        Assert.Equal(pictures.Select(picture => (string?)picture), sent.Json["image_list"]!.AsArray().Select(item => (string?)item![key]));
    }

    [Theory]
    [InlineData("kling-v3", """{"quality":"4k"}""", "4k", "3840x2160")]
    [InlineData("kling-v3", """{"mode":"4k","size":"9:16"}""", "4k", "2160x3840")]
    [InlineData("kling-v3", """{"tier":"4k","aspect_ratio":"1:1"}""", "4k", "2880x2880")]
    [InlineData("kling-v3", """{"size":"3840x2160"}""", "4k", "3840x2160")]
    [InlineData("kling-v3", """{"size":"1920x1080"}""", "pro", "1920x1080")]
    [InlineData("kling-v3", """{"tier":"1080p","quality":"pro"}""", "pro", "1920x1080")]
    [InlineData("kling-v3", """{"quality":"1080p"}""", "pro", "1920x1080")]
    [InlineData("kling-v3", """{"mode":"std"}""", "std", "1280x720")]
    [InlineData("kling-v3-omni", """{"mode":"pro","aspect_ratio":"9:16"}""", "pro", "1080x1920")]
    public async Task Quality_comes_from_mode_quality_tier_or_size(string model, string fields, string mode, string size)
    {
        var (made, sent, job) = await OrderAsync($$"""{"model":"{{model}}"}""", fields);
        Assert.Equal((mode, AspectOf(size)), ((string?)sent.Json["mode"], (string?)sent.Json["aspect_ratio"]));
        Assert.Equal((mode, size), (made.Effective.Text("quality"), $"{job.Clip.WidthPixels}x{job.Clip.HeightPixels}"));
    }

    [Fact]
    public async Task Sound_is_said_both_ways_and_priced()
    {
        var (loud, sentLoud, _) = await OrderAsync("""{"model":"kling-v3"}""", """{"generate_audio":true,"seconds":5}""");
        var (quiet, sentQuiet, _) = await OrderAsync("""{"model":"kling-v3"}""", """{"seconds":5}""");
        Assert.Equal(("on", "off"), ((string?)sentLoud.Json["sound"], (string?)sentQuiet.Json["sound"]));
        Assert.Equal((5 * 126_000, 5 * 84_000), (loud.PriceMicros, quiet.PriceMicros));
        var (status, _, param) = await world.RefuseAsync(new { model = "kling-v2-5-turbo", prompt = "x", sound = "on" });
        Assert.Equal((400, "sound"), (status, param));
        (status, _, param) = await world.RefuseAsync(new { model = "kling-v2-6", prompt = "x", sound = "on", mode = "std" });
        Assert.Equal((400, "sound"), (status, param));
    }

    [Fact]
    public async Task A_camera_move_goes_upstream_or_is_refused()
    {
        const string camera = """{"camera_control":{"type":"simple","config":{"zoom":5}}}""";
        var (_, sent, _) = await OrderAsync("""{"model":"kling-v1"}""", camera);
        Assert.Equal(5, (int?)sent.Json["camera_control"]!["config"]!["zoom"]);
        var order = JsonNode.Parse(camera)!.AsObject();
        (order["model"], order["prompt"]) = ("kling-v3", "x");
        Assert.Equal((400, "unsupported_parameter", "camera_control"), await world.RefuseAsync(order));
    }

    [Fact]
    public async Task Hints_go_upstream_and_those_nobody_takes_are_listed()
    {
        var (made, sent, _) = await OrderAsync(
            """{"model":"kling-v1-6"}""", """{"negative_prompt":"rain","cfg_scale":0.7,"seed":7,"external_task_id":"mine-1","watermark_info":{"enabled":false}}""");
        Assert.Equal(("rain", 0.7m), ((string?)sent.Json["negative_prompt"], (decimal?)sent.Json["cfg_scale"]));
        Assert.NotEqual("mine-1", (string?)sent.Json["external_task_id"]);
        Assert.Equal("mine-1", made.Video.Text("external_task_id"));
        Assert.Equal(["seed"], made.Video.GetProperty("warnings").EnumerateArray().Select(warning => warning.Text("param")));
    }

    [Theory]
    [InlineData("[refuse:content_policy]")]
    [InlineData("[fail:content_policy]")]
    public async Task What_risk_control_refuses_fails_with_clean_words_and_costs_nothing(string word)
    {
        var prompt = FlowWorld.Prompt(word);
        var video = await world.MakeAsync(new { model = "kling-v3", prompt });
        await world.CheckFailedAsync(video, "content_policy_violation");
        Assert.DoesNotMatch("(?i)kling|130[0-9]|HTTP|channel", video.GetProperty("error").Text("message"));
        Assert.Single(world.Submissions(prompt));
    }

    [Fact]
    public async Task A_lost_answer_is_found_again_by_our_own_mark()
    {
        var prompt = FlowWorld.Prompt("[drop:after-accept]");
        var made = await world.CompleteAsync(new { model = "kling-v3", prompt });
        Assert.Equal(made.Attempt.Text("upstream_id"), world.Submission(prompt).Row.UpstreamId);
        Assert.Single(world.Wire.Creates(prompt));
    }

    private async Task<(Made Made, SentRequest Sent, SimulatedJob Job)> OrderAsync(string names, string fields, params (string Name, JsonNode? Value)[] more)
    {
        var prompt = FlowWorld.Prompt();
        var order = JsonNode.Parse(names)!.AsObject();
        foreach (var (name, value) in JsonNode.Parse(fields)!.AsObject()) order[name] = value?.DeepClone();
        foreach (var (name, value) in more) order[name] = value?.DeepClone();
        order["prompt"] = prompt;
        var made = await world.CompleteAsync(order);
        Assert.Equal(made.Attempt.Text("upstream_id"), world.Submission(prompt).Row.UpstreamId);
        Assert.Equal(StandInClipStore.Clip.ToArray(), made.Content.Bytes);
        Assert.Equal(("video/mp4", 2m), (made.Content.ContentType, made.Content.Facts.DurationSeconds));
        var sent = world.Wire.Create(prompt);
        Assert.Equal(prompt, (string?)sent.Json["prompt"]);
        return (made, sent, world.Job(prompt));
    }

    private static string AspectOf(string size)
    {
        var sides = size.Split('x').Select(int.Parse).ToArray();
        return sides[0] == sides[1] ? "1:1" : sides[0] > sides[1] ? "16:9" : "9:16";
    }

    private static int ImageWidth(string base64) => System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(Convert.FromBase64String(base64).AsSpan(16));
}
