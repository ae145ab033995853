using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Flows;
using Reelay.Tests.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Seedance;

/// <summary>Seedance's public names through the whole gateway to the sandbox and back.</summary>
public sealed class SeedanceFlowTests(SeedanceFlowTests.World world) : IClassFixture<SeedanceFlowTests.World>
{
    private static readonly string Wide = Convert.ToBase64String(PngImage.Gradient(640, 360));
    private static readonly string Tall = Convert.ToBase64String(PngImage.Gradient(360, 640));
    private static readonly string Video = "data:video/mp4;base64," + Convert.ToBase64String(Clips.Make(5, 1280, 720));
    private static readonly string Sound = "data:audio/mpeg;base64," + Convert.ToBase64String([.. "ID3"u8, 4, 0, 0, 0, 0, 0, 0]);

    public sealed class World : FlowWorld
    {
        private protected override Dictionary<string, string?> Settings => new() { ["Reelay:PublicUrl"] = "https://gateway.example" };
    }

    [Theory]
    [InlineData("1-0-lite-t2v-250428", "{}", "t2v", "1248x704", 4, false, 1_800_000)]
    [InlineData("1-0-lite-i2v-250428", """{"image":"TALL","tier":"480p"}""", "i2v", "480x864", 4, false, 1_800_000)]
    [InlineData("1-0-lite-i2v-250428", """{"reference_images":["TALL","WIDE"],"seconds":2,"seed":7}""", "reference_images", "1248x704", 2, false, 1_800_000)]
    [InlineData("1-0-pro-250528", """{"size":"1920x1080","duration":12,"camera_fixed":true}""", "t2v", "1920x1088", 12, false, 2_500_000)]
    [InlineData("1-0-pro-250528", """{"images":["WIDE","TALL"]}""", "i2v_first_last", "1248x704", 4, false, 2_500_000)]
    [InlineData("1-0-pro-fast-251015", """{"ratio":"21:9","resolution":"1080p"}""", "t2v", "2176x928", 4, false, 756_000)]
    [InlineData("1-5-pro-251215", """{"aspect_ratio":"9:16"}""", "t2v", "720x1280", 4, true, 2_400_000)]
    [InlineData("1-5-pro-251215", """{"generate_audio":false,"image":"WIDE"}""", "i2v", "1280x720", 4, false, 1_200_000)]
    [InlineData("2-0-260128", """{"tier":"4k","seconds":"15s","user":"u-1"}""", "t2v", "3840x2160", 15, true, 4_000_000)]
    [InlineData("2-0-260128", """{"first_frame_image":"TALL","end_image_url":"TALL","audio":false}""", "i2v_first_last", "720x1280", 4, false, 7_000_000)]
    [InlineData("2-0-260128", """{"reference_images":["WIDE"],"audio_urls":["SOUND"]}""", "reference_images", "1280x720", 4, true, 7_000_000)]
    [InlineData("2-0-260128", """{"video_urls":["VIDEO"],"size":"1:1"}""", "reference_material", "960x960", 4, true, 4_300_000)]
    [InlineData("2-0-260128", """{"video_urls":["VIDEO"],"audio_urls":["SOUND"],"image_urls":["WIDE"]}""", "reference_material", "1280x720", 4, true, 4_300_000)]
    [InlineData("2-0-fast-260128", """{"resolution":"480p","watermark":true}""", "t2v", "864x496", 4, true, 5_600_000)]
    public async Task Every_public_name_is_made_as_asked_and_priced(
        string model, string fields, string mode, string size, int seconds, bool hasSound, long perMillion)
    {
        var prompt = FlowWorld.Prompt();
        var order = JsonNode.Parse(fields.Replace("WIDE", Wide, StringComparison.Ordinal).Replace("TALL", Tall, StringComparison.Ordinal)
            .Replace("VIDEO", Video, StringComparison.Ordinal).Replace("SOUND", Sound, StringComparison.Ordinal))!.AsObject();
        (order["model"], order["prompt"]) = ("doubao-seedance-" + model, prompt);

        var made = await world.CompleteAsync(order);

        Assert.Equal((mode, "doubao-seedance-" + model), (made.Effective.Text("mode"), made.UpstreamModel));
        var clip = world.Job(prompt).Clip;
        Assert.Equal((size, seconds, hasSound), ($"{clip.WidthPixels}x{clip.HeightPixels}", (int)clip.Seconds, clip.HasSound));
        Assert.Equal(Price(model, mode, size, seconds, perMillion), made.PriceMicros);
        Assert.InRange(made.SettledMicros, 1, made.PriceMicros);
        Assert.Equal(StandInClipStore.Clip.ToArray(), made.Content.Bytes);
        var sent = world.Wire.Create(prompt);
        Assert.EndsWith("/seedance/api/v3/contents/generations/tasks", sent.Url.AbsolutePath);
        Assert.Equal(order["user"] is not null, sent.Json["safety_identifier"] is not null);
        Assert.StartsWith("https://gateway.example/", (string?)sent.Json["callback_url"], StringComparison.Ordinal);
        foreach (var name in new[] { "seed", "camera_fixed" })
            Assert.Equal(order[name]?.ToJsonString(), sent.Json[name]?.ToJsonString());
        Assert.Equal((bool?)order["watermark"] ?? false, (bool)sent.Json["watermark"]!);
    }

    // Width × height × (24 × seconds + 1) / 1024 tokens: of the largest size of the tier where a first frame decides, and of 15 s of input video
    // besides, since nobody knows how long they are.
    private static long Price(string model, string mode, string size, int seconds, long perMillion)
    {
        var sides = size.Split('x').Select(long.Parse).ToList();
        var pixels = mode.StartsWith("i2v", StringComparison.Ordinal)
            ? (model.StartsWith("1-0", StringComparison.Ordinal), sides.Min()) switch
            {
                (true, 480) => 864 * 480,
                (true, _) => 1504 * 640,
                _ => 1112 * 834,
            }
            : sides[0] * sides[1];
        var tokens = ((pixels * ((24 * (seconds + (mode == "reference_material" ? 15 : 0))) + 1)) + 1023) / 1024;
        return ((tokens * perMillion) + 999_999) / 1_000_000;
    }

    [Theory]
    [InlineData("1-0-pro-250528", """{"seconds":13}""", "invalid_seconds", "seconds")]
    [InlineData("1-5-pro-251215", """{"seconds":3}""", "invalid_seconds", "seconds")]
    [InlineData("2-0-260128", """{"duration":-1}""", "invalid_seconds", "duration")]
    [InlineData("2-0-fast-260128", """{"tier":"1080p"}""", "invalid_size", "tier")]
    [InlineData("2-0-260128", """{"camera_fixed":true}""", "unsupported_parameter", "camera_fixed")]
    [InlineData("2-0-260128", """{"frames":29}""", "unsupported_parameter", "frames")]
    [InlineData("1-0-pro-250528", """{"generate_audio":true}""", "unsupported_parameter", "generate_audio")]
    [InlineData("1-0-lite-i2v-250428", "{}", "input_reference_required", "input_reference")]
    [InlineData("1-0-lite-i2v-250428", """{"mode":"t2v"}""", "unsupported_parameter", "mode")]
    [InlineData("1-0-lite-i2v-250428", """{"reference_images":["WIDE"],"tier":"1080p"}""", "invalid_size", "tier")]
    [InlineData("2-0-260128", """{"mode":"reference_material","reference_images":["WIDE"]}""", "input_reference_required", "video_urls")]
    [InlineData("2-0-260128", """{"audio_urls":["SOUND"]}""", "input_reference_required", "reference_images")]
    public async Task What_a_model_cannot_make_is_refused_before_it_is_ordered(string model, string fields, string code, string param)
    {
        var order = JsonNode.Parse(fields.Replace("WIDE", Wide, StringComparison.Ordinal).Replace("SOUND", Sound, StringComparison.Ordinal))!.AsObject();
        var prompt = FlowWorld.Prompt();
        (order["model"], order["prompt"]) = ("doubao-seedance-" + model, prompt);
        Assert.Equal((400, code, param), await world.RefuseAsync(order));
        Assert.Empty(world.Submissions(prompt));
    }

    [Fact]
    public async Task A_seed_that_a_model_refuses_is_told_and_not_sent()
    {
        var prompt = FlowWorld.Prompt();
        var made = await world.CompleteAsync(new { model = "doubao-seedance-2-0-260128", prompt, seed = 7 });
        Assert.Equal("seed", Assert.Single(made.Video.GetProperty("warnings").EnumerateArray()).GetProperty("param").GetString());
        Assert.Null(world.Wire.Create(prompt).Json["seed"]);
    }

    [Fact]
    public async Task A_prompt_with_flags_costs_and_makes_what_was_ordered()
    {
        var made = await world.CompleteAsync(new { model = "doubao-seedance-2-0-260128", prompt = "smuggled boat --dur 15 --rs 4k", seconds = 4, tier = "480p" });
        var clip = world.Job("smuggled boat").Clip;
        Assert.Equal((864, 496, 4.0), (clip.WidthPixels, clip.HeightPixels, clip.Seconds));
        Assert.Equal(284_165, made.PriceMicros);

        // The upstream rounds its 40,594.5 tokens down.
        Assert.Equal(284_158, made.SettledMicros);
        Assert.Equal("smuggled boat --dur 15 --rs 4k", made.Video.GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task A_queued_order_is_cancelled_upstream_too()
    {
        var prompt = FlowWorld.Prompt();
        world.Freeze(true);
        try
        {
            var id = await world.Gateway.OrderAsync(body: new { model = "doubao-seedance-1-0-pro-250528", prompt });
            await world.Gateway.AdminUntilAsync(id, "submitted");
            var (status, _) = await world.Gateway.SendAsync(HttpMethod.Post, $"/v1/videos/{id}/cancel");
            Assert.Equal(200, status);
            while (world.Submission(prompt).State != "cancelled") await GatewayHost.PauseAsync();
        }
        finally
        {
            world.Freeze(false);
        }
    }
}
