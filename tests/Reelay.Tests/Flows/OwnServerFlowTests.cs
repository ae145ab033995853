using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Files;
using Reelay.Tests.Support;

namespace Reelay.Tests.Flows;

/// <summary>Models at an operator's own servers, beside those of the vendors.</summary>
public sealed class OwnServerFlowTests(OwnServerFlowTests.World world) : IClassFixture<OwnServerFlowTests.World>
{
    /// <summary>A vLLM-Omni server of videos, one of pictures, and another gateway that has Sora's names.</summary>
    public sealed class World : FlowWorld, IAsyncLifetime
    {
        private readonly ConcurrentQueue<(string Path, SimulatedPicture Order)> _pictures = [];
        private LoopbackServer? _pictureServer;
        private SandboxHost? _videoServer;

        internal IEnumerable<(string Path, SimulatedPicture Order)> Pictures => _pictures;

        internal SandboxHost VideoServer => _videoServer!;

        private protected override Dictionary<string, string?> Settings => new()
        {
            ["Reelay:Channels:own-videos:BaseUrl"] = new Uri(VideoServer.BaseUrl, "vllm/v1").AbsoluteUri,
            ["Reelay:Channels:own-videos:Models"] = "wan=wan2.2",
            ["Reelay:Channels:own-videos:Options:profile"] = "vllm_omni",
            ["Reelay:Channels:own-videos:Options:send_model"] = "true",
            ["Reelay:Channels:own-videos:MinPollMilliseconds"] = "50",
            ["Reelay:Channels:own-videos:ExpectedSeconds"] = "0.1",
            ["Reelay:Channels:own-pictures:Provider"] = "openai_images",
            ["Reelay:Channels:own-pictures:BaseUrl"] = new UriBuilder(new Uri(_pictureServer!.Url, "v1")) { UserName = "painter", Password = "pa55word" }.Uri.AbsoluteUri,
            ["Reelay:Channels:own-pictures:Models"] = "flux=flux-dev",
            ["Reelay:Channels:own-pictures:Options:profile"] = "compatible",
            ["Reelay:Channels:other-gateway:BaseUrl"] = new Uri(VideoServer.BaseUrl, "openai/v1").AbsoluteUri,
            ["Reelay:Channels:other-gateway:ApiKey"] = "sk-sandbox-openai",
            ["Reelay:Channels:other-gateway:Models"] = "sora-2",
            ["Reelay:Channels:other-gateway:Priority"] = "5",
            ["Reelay:Channels:other-gateway:MaxInFlight"] = "1",
            ["Reelay:Channels:other-gateway:MinPollMilliseconds"] = "50",
            ["Reelay:Channels:other-gateway:ExpectedSeconds"] = "0.1",
            ["Reelay:Channels:other-gateway:Options:profile"] = "gateway",

            // The simulator is the vendor's own and knows none of a gateway's parameters.
            ["Reelay:Channels:other-gateway:Options:extras"] = "[]",
        };

        async ValueTask IAsyncLifetime.InitializeAsync()
        {
            var options = new SandboxOptions { Duration = 0.1, Render = RenderMode.StandIn };
            options.Models["vllm"] = ["wan2.2"];
            _videoServer = await SandboxHost.StartAsync(options);
            _pictureServer = await LoopbackServer.StartAsync(PaintAsync);
            await InitializeAsync();
        }

        async ValueTask IAsyncDisposable.DisposeAsync()
        {
            await DisposeAsync();
            if (_pictureServer is not null) await _pictureServer.DisposeAsync();
            if (_videoServer is not null) await _videoServer.DisposeAsync();
        }

        // What such a server does: a picture of the size that was asked for, as base64.
        private async Task PaintAsync(HttpContext context)
        {
            var order = context.Request.HasFormContentType
                ? await FormAsync(await context.Request.ReadFormAsync(context.RequestAborted))
                : new SimulatedPicture((JsonObject)(await JsonNode.ParseAsync(context.Request.Body))!, []);
            _pictures.Enqueue((context.Request.Path, order));
            var sides = order.Text("size").Split('x').Select(int.Parse).ToArray();
            var picture = Convert.ToBase64String(PngImage.Gradient(sides[0], sides[1]));
            var count = int.Parse(order.Text("n"));
            await context.Response.WriteAsJsonAsync(
                new { created = 1, data = Enumerable.Repeat(new { b64_json = picture }, count) }, context.RequestAborted);
        }

        private static async Task<SimulatedPicture> FormAsync(IFormCollection form)
        {
            var files = new List<(string, byte[])>();
            foreach (var file in form.Files)
            {
                using var bytes = new MemoryStream();
                await file.CopyToAsync(bytes);
                files.Add((file.Name, bytes.ToArray()));
            }

            return new(new JsonObject(form.Select(field => KeyValuePair.Create(field.Key, (JsonNode?)field.Value.ToString()))), files);
        }
    }

    [Fact]
    public async Task A_video_model_has_the_modes_and_parameters_of_its_servers_profile()
    {
        var (_, listed) = await world.Gateway.SendAsync(HttpMethod.Get, "/v1/models/wan");
        var can = listed.GetProperty("capabilities");
        Assert.Equal(["t2v", "i2v"], can.GetProperty("modes").EnumerateArray().Select(mode => mode.GetString()));
        var parameters = can.GetProperty("parameters").EnumerateArray().ToDictionary(parameter => parameter.Text("name"));
        Assert.Equal((1, 200), (parameters["num_inference_steps"].GetProperty("min").GetInt32(), parameters["num_inference_steps"].GetProperty("max").GetInt32()));
        Assert.Equal("choice", can.Text("audio"));

        var prompt = FlowWorld.Prompt();
        var (id, _) = await OrderAsync(new
        {
            model = "wan",
            prompt,
            size = "640x352",
            seconds = 3,
            num_inference_steps = 30,
            guidance_scale = 5.5,
            negative_prompt = "rain",
            shininess = 3,
        });
        var sent = world.Wire.Create(prompt);
        Assert.Equal(("wan2.2", "640x352", "3", "30", "5.5", "rain"), (
            sent.Field("model"), sent.Field("size"), sent.Field("seconds"), sent.Field("num_inference_steps"), sent.Field("guidance_scale"), sent.Field("negative_prompt")));
        Assert.Null(sent.Field("shininess"));
        var video = (await world.Gateway.SendAsync(HttpMethod.Get, "/v1/videos/" + id)).Body;
        Assert.Equal(["shininess"], video.GetProperty("warnings").EnumerateArray().Select(warning => warning.Text("param")));
        Assert.Equal("wan2.2", Assert.Single(world.VideoServer.Submissions, report => report.Row.Prompt == prompt).Row.Model);
    }

    [Fact]
    public async Task What_the_profile_cannot_do_is_refused_or_warned_of_before_anything_is_sent()
    {
        var (status, _, param) = await world.RefuseAsync(new { model = "wan", prompt = "x", num_inference_steps = 201 });
        Assert.Equal((400, "num_inference_steps"), (status, param));
        Assert.Equal((400, "unsupported_parameter", "camera_control"), await world.RefuseAsync(new { model = "wan", prompt = "x", camera_control = new { type = "simple" } }));
        Assert.Equal((400, "unsupported_operation", "model"), await world.RefuseAsync(new { model = "wan", prompt = "x", video = "https://example.com/a.mp4" }, "/v1/videos/edits"));
        Assert.Equal((400, "invalid_size", "size"), await world.RefuseAsync(new { model = "wan", prompt = "x", size = "641x352" }));
    }

    [Fact]
    public async Task A_first_frame_goes_to_an_own_server_as_it_takes_it()
    {
        var (prompt, picture) = (FlowWorld.Prompt(), PngImage.Gradient(640, 352));
        await OrderAsync(new { model = "wan", prompt, size = "640x352", image = Convert.ToBase64String(picture) });
        Assert.Equal(picture, world.Wire.Create(prompt).Parts().Single(part => part.FileName is not null).Bytes);
    }

    [Fact]
    public async Task One_public_model_is_served_by_a_vendor_and_by_another_gateway()
    {
        var catalog = world.Gateway.Services.GetRequiredService<Reelay.Server.Catalog.ModelCatalog>();
        var offered = catalog.Find("sora-2")!.Offers.Select(offer => offer.UpstreamModel).Distinct().Order();
        Assert.Equal(["openai:sora-2", "openai@other-gateway:sora-2"], offered);
        Assert.Equal(["openai:sora-2-pro"], catalog.Find("sora-2-pro")!.Offers.Select(offer => offer.UpstreamModel).Distinct());

        // The other gateway comes first by its priority, has one slot, and is passed over once that is taken.
        var (first, second, third) = (FlowWorld.Prompt(), FlowWorld.Prompt(), FlowWorld.Prompt());
        world.Freeze(true, world.VideoServer);
        var held = await world.Gateway.OrderAsync(body: new { prompt = first });
        while (world.VideoServer.Submissions.All(report => report.Row.Prompt != first)) await GatewayHost.PauseAsync();
        var (_, task) = await OrderAsync(new { prompt = second });
        Assert.Equal(("sandbox_openai", "sora-2"), (task.Text("channel"), task.Text("upstream_model")));
        (_, task) = await OrderAsync(new { prompt = third, model = "sora-2-pro" });
        Assert.Equal("sandbox_openai", task.Text("channel"));

        world.Freeze(false, world.VideoServer);
        await world.CheckAsync(await world.Gateway.FinishAsync(held));
        var sent = world.Wire.Create(first);
        Assert.Equal(world.VideoServer.BaseUrl.Port, sent.Url.Port);
        Assert.True(sent.Headers.ContainsKey("Idempotency-Key"));
        Assert.Equal(world.Gateway.Sandbox.BaseUrl.Port, world.Wire.Create(second).Url.Port);

    }

    [Fact]
    public async Task An_own_picture_model_makes_pictures_of_any_sane_size()
    {
        var (_, listed) = await world.Gateway.SendAsync(HttpMethod.Get, "/v1/models/flux");
        Assert.Equal("image", listed.Text("kind"));
        var can = listed.GetProperty("capabilities");
        Assert.Equal(["t2i", "edit"], can.GetProperty("modes").EnumerateArray().Select(mode => mode.GetString()));
        Assert.Equal(16, can.GetProperty("references").GetProperty("reference_image").GetProperty("max_count").GetInt32());
        Assert.Equal(["1024x1024", "never"], [can.Text("default_size"), can.Text("audio")]);

        foreach (var (fields, size) in new[] { ("{}", "1024x1024"), ("""{"size":"768x512"}""", "768x512"), ("""{"size":"16:9","tier":"1k"}""", "1824x1024"), ("""{"width":1000,"height":600}""", "1000x600") })
        {
            var prompt = FlowWorld.Prompt();
            var order = JsonNode.Parse(fields)!.AsObject();
            (order["model"], order["prompt"], order["seed"], order["n"]) = ("flux", prompt, 7, 2);
            var made = await world.CompleteAsync(order);
            var painted = Painted(prompt);
            Assert.Equal("/v1/images/generations", painted.Path);
            Assert.Equal(("flux-dev", size, "2", "7", "b64_json"), (
                painted.Order.Text("model"), painted.Order.Text("size"), painted.Order.Text("n"), painted.Order.Text("seed"), painted.Order.Text("response_format")));
            Assert.Equal((size, size), ($"{made.Content.Facts.WidthPixels}x{made.Content.Facts.HeightPixels}", made.Effective.Text("size")));
            Assert.Equal((2, "0", 0L), (made.Video.GetProperty("outputs").GetArrayLength(), made.Video.Text("seconds"), made.PriceMicros));
        }

        foreach (var size in new[] { "60x60", "1001x600", "8192x1024" })
        {
            Assert.Equal((400, "invalid_size", "size"), await world.RefuseAsync(new { model = "flux", prompt = "x", size }));
        }
    }

    [Fact]
    public async Task An_address_is_shown_without_its_password()
    {
        using var admin = world.Gateway.NewClient(world.Gateway.AdminKey);
        var (_, estimate) = await world.Gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate?explain=true", new { model = "flux", prompt = "x" }, admin);
        Assert.DoesNotContain("pa55word", estimate.GetRawText());
        Assert.EndsWith("/v1/images/generations", estimate.GetProperty("explain").GetProperty("request").Text("url"));
    }

    [Fact]
    public async Task An_own_picture_model_edits_pictures_with_a_mask()
    {
        var prompt = FlowWorld.Prompt();
        var pictures = new[] { PngImage.Gradient(400, 300), PngImage.Gradient(402, 300) };
        var made = await world.CompleteAsync(new
        {
            model = "flux",
            prompt,
            size = "512x512",
            images = pictures.Select(Convert.ToBase64String),
            mask = Convert.ToBase64String(pictures[0]),
            quality = "hd",
        });
        var painted = Painted(prompt);
        Assert.Equal(("/v1/images/edits", "edit"), (painted.Path, made.Effective.Text("mode")));
        Assert.Equal(["image", "image", "mask"], painted.Order.Files.Select(file => file.Name));
        Assert.Equal([pictures[0], pictures[1], pictures[0]], painted.Order.Files.Select(file => file.Bytes));
        Assert.Equal(["quality"], made.Video.GetProperty("warnings").EnumerateArray().Select(warning => warning.Text("param")));
        var many = Enumerable.Range(0, 17).Select(index => $"https://example.com/{index}.png");
        Assert.Equal((400, "too_many_references", "images[16]"), await world.RefuseAsync(new { model = "flux", prompt = "x", images = many }));
    }

    private (string Path, SimulatedPicture Order) Painted(string prompt) => Assert.Single(world.Pictures, picture => picture.Order.Text("prompt") == prompt);

    private async Task<(string Id, JsonElement Attempt)> OrderAsync(object body)
    {
        var made = await world.CompleteAsync(body);
        Assert.Equal(StandInClipStore.Clip.ToArray(), made.Content.Bytes);
        return (made.Id, made.Attempt);
    }

    /// <summary>What a server of pictures was asked for.</summary>
    internal sealed record SimulatedPicture(JsonObject Fields, IReadOnlyList<(string Name, byte[] Bytes)> Files)
    {
        public string Text(string name) => Fields[name]?.ToString() ?? "";
    }
}
