using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Reelay.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Simulators;

/// <summary>OpenAI's image calls as the sandbox plays them.</summary>
public class ImagesTests
{
    private const string Order = """{"model":"gpt-image-2","prompt":"a fox","size":"1536x864"}""";

    [Fact]
    public async Task The_answer_is_held_until_the_work_is_done_and_carries_the_picture()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using Caller caller = To(sandbox);
        Task<Answer> call = caller.PostJsonAsync("images/generations", """{"model":"gpt-image-2","prompt":"a fox","n":2,"size":"1536x864","quality":"low"}""");
        while (sandbox.Submissions.Count == 0)
            await GatewayHost.PauseAsync();
        SubmissionReport row = Assert.Single(sandbox.Submissions);
        Assert.Equal(("openai-images", "gpt-image-2", "a fox", true), (row.Row.Provider, row.Row.Model, row.Row.Prompt, row.Row.Accepted));
        Assert.NotEqual("completed", row.State);
        Assert.False(call.IsCompleted);

        time.Advance(6);
        Answer answer = await call;
        Assert.Equal(200, answer.Status);
        Assert.Equal(("png", "low", "1536x864", "opaque"), (answer.Word("output_format"), answer.Word("quality"), answer.Word("size"), answer.Word("background")));
        Assert.All(answer.Json["data"]!.AsArray(), item => Assert.Equal(new ImageHeader("image/png", 1536, 864), Header(item!)));
        Assert.Equal(2, answer.Json["data"]!.AsArray().Count);
        JsonNode usage = answer.Json["usage"]!;
        Assert.Equal((long)usage["total_tokens"]!, (long)usage["input_tokens"]! + (long)usage["output_tokens"]!);
        Assert.Equal("completed", Assert.Single(sandbox.Submissions).State);
        Assert.StartsWith("req_", answer.Headers["x-request-id"]);
    }

    [Fact]
    public async Task An_edit_takes_pictures_in_a_form_and_in_json()
    {
        await using SandboxHost sandbox = await StartAsync();
        using Caller caller = To(sandbox);
        MultipartFormDataContent form = new()
        {
            { new StringContent("a fox"), "prompt" },
            { new StringContent("gpt-image-2"), "model" },
            { new StringContent("1024x1536"), "size" },
            { new ByteArrayContent(PngImage.Gradient(64, 48)), "image[]", "a.png" },
            { new ByteArrayContent(PngImage.Gradient(32, 32)), "image[]", "b.png" },
        };
        Answer edited = await caller.SendAsync(HttpMethod.Post, "images/edits", form);
        Assert.Equal(new ImageHeader("image/png", 1024, 1536), Header(edited.Json["data"]![0]!));
        Assert.Equal(512, (int)edited.Json["usage"]!["input_tokens_details"]!["image_tokens"]!);

        string url = "data:image/png;base64," + Convert.ToBase64String(PngImage.Gradient(64, 48));
        Answer json = await caller.PostJsonAsync(
            "images/edits", new JsonObject { ["model"] = "gpt-image-2", ["prompt"] = "x", ["images"] = new JsonArray(new JsonObject { ["image_url"] = url }) }.ToJsonString());
        Assert.Equal(new ImageHeader("image/png", 1024, 1024), Header(json.Json["data"]![0]!));
    }

    [Theory]
    [InlineData("png", "png", 1)]
    [InlineData("jpeg", "mjpeg", 1)]
    [InlineData("webp", "webp", 1)]
    [InlineData("gif", "gif", 9)]
    public async Task Pictures_are_real_of_every_kind_and_exactly_of_the_size(string format, string codec, int frames)
    {
        Assert.SkipUnless(Tool.Exists("ffmpeg"), "ffmpeg is not installed");
        using TemporaryFolder folder = new();
        SandboxOptions options = new() { Duration = 0, Render = RenderMode.Full, DataFolder = folder.Path };
        await using SandboxHost sandbox = await SandboxHost.StartAsync(options);
        using Caller caller = To(sandbox);
        Answer answer = await caller.PostJsonAsync(
            "images/generations", $$"""{"model":"gpt-image-2.5-flare","prompt":"一只狐狸 100% [x]","size":"864x1536","output_format":"{{format}}"}""");
        Assert.Equal(200, answer.Status);
        await File.WriteAllBytesAsync(folder.File("picture"), Bytes(answer.Json["data"]![0]!), TestContext.Current.CancellationToken);
        string found = await Tool.RunAsync(
            "ffprobe", folder.Path, "-v", "error", "-count_frames", "-show_entries", "stream=codec_name,width,height,nb_read_frames", "-of", "csv=p=0", "picture");
        Assert.Equal($"{codec},864,1536,{frames}", found.Trim());
        string[] files = [.. Directory.GetFiles(Path.Combine(folder.Path, "sandbox-clips")).Select(file => Path.GetExtension(file))];
        Assert.Equal(["." + format], files);
    }

    [Fact]
    public async Task Cached_pictures_are_made_once_for_each_size_and_kind()
    {
        CountingRenderer renderer = new();
        await using SandboxHost sandbox = await SandboxHost.StartAsync(new SandboxOptions { Duration = 0, Render = RenderMode.Cached, Renderer = renderer });
        using Caller caller = To(sandbox);
        foreach (string format in new[] { "png", "png", "webp", "png" })
        {
            Answer answer = await caller.PostJsonAsync("images/generations", $$"""{"model":"gpt-image-2","prompt":"x","n":3,"output_format":"{{format}}"}""");
            Assert.All(answer.Json["data"]!.AsArray(), item => Assert.Equal("rendered " + format, System.Text.Encoding.UTF8.GetString(Bytes(item!))));
        }

        Assert.Equal(["png", "webp"], renderer.Made);
    }

    [Theory]
    [InlineData("[fail:content_policy]", 400, "moderation_blocked", "failed")]
    [InlineData("[fail:generation]", 500, "server_error", "failed")]
    [InlineData("[refuse:content_policy]", 400, "moderation_blocked", "refused")]
    [InlineData("[refuse:quota]", 429, "insufficient_quota", "refused")]
    [InlineData("[http:503]", 503, "server_is_overloaded", "refused")]
    public async Task Words_in_the_prompt_ask_for_refusals_and_failures(string word, int status, string code, string state)
    {
        await using SandboxHost sandbox = await StartAsync();
        using Caller caller = To(sandbox);
        Answer answer = await caller.PostJsonAsync("images/generations", $$"""{"model":"gpt-image-2","prompt":"x {{word}}"}""");
        Assert.Equal((status, code), (answer.Status, (string?)answer.Error["code"]));
        SubmissionReport row = Assert.Single(sandbox.Submissions);
        Assert.Equal((state, state != "refused"), (row.State, row.Row.Accepted));
    }

    [Theory]
    [InlineData("drop:after-accept", true)]
    [InlineData("drop", false)]
    [InlineData("truncate", true)]
    public async Task A_broken_call_counts_as_accepted_once_the_work_began(string fault, bool isAccepted)
    {
        await using SandboxHost sandbox = await StartAsync();
        sandbox.Faults.Add("openai-images", SimulatedCall.Create, fault, count: 1);
        using Caller caller = To(sandbox);
        await Assert.ThrowsAsync<HttpRequestException>(() => caller.PostJsonAsync("images/generations", Order));
        SubmissionReport row = Assert.Single(sandbox.Submissions);
        Assert.Equal((isAccepted, isAccepted ? "completed" : "refused"), (row.Row.Accepted, row.State));
        Assert.Equal(200, (await caller.PostJsonAsync("images/generations", Order)).Status);
    }

    [Fact]
    public async Task The_work_goes_on_when_the_caller_goes_away()
    {
        ManualTime time = new();
        await using SandboxHost sandbox = await World.StartAsync(time);
        using HttpClient http = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(sandbox.BaseUrl, "openai-images/v1/") };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "sk-sandbox-openai-images");
        using StringContent body = new(Order, System.Text.Encoding.UTF8, "application/json");
        using CancellationTokenSource patience = new();
        Task<HttpResponseMessage> call = http.PostAsync("images/generations", body, patience.Token);
        while (sandbox.Submissions.Count == 0)
            await GatewayHost.PauseAsync();
        await patience.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        time.Advance(6);
        Assert.Equal("completed", Assert.Single(sandbox.Submissions).State);
    }

    [Fact]
    public async Task Links_instead_of_bytes_are_given_for_the_asking()
    {
        await using SandboxHost sandbox = await StartAsync();
        using Caller caller = To(sandbox);
        Answer answer = await caller.PostJsonAsync("images/generations", """{"model":"gpt-image-2","prompt":"x [url]","n":2,"size":"1536x864"}""");
        string link = (string)answer.Json["data"]![1]!["url"]!;
        Answer file = await caller.SendAsync(HttpMethod.Get, link);
        Assert.Equal(new ImageHeader("image/png", 1536, 864), ImageHeader.Read(file.Bytes));
        Assert.Equal(404, (await caller.SendAsync(HttpMethod.Get, link.Replace("img_", "img_0", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task A_full_account_is_refused_and_models_are_listed()
    {
        SandboxOptions options = World.Options(new ManualTime());
        options.MaxRunning = 1;
        await using SandboxHost sandbox = await SandboxHost.StartAsync(options);
        using Caller caller = To(sandbox);
        Task<Answer> running = caller.PostJsonAsync("images/generations", Order);
        while (sandbox.Submissions.Count == 0)
            await GatewayHost.PauseAsync();
        Assert.Equal(429, (await caller.PostJsonAsync("images/generations", Order)).Status);
        ((ManualTime)options.Time).Advance(6);
        Assert.Equal(200, (await running).Status);
        Answer models = await caller.GetAsync("models");
        Assert.Contains("gpt-image-2", models.Json["data"]!.AsArray().Select(row => (string?)row!["id"]));
        Assert.Equal(404, (await caller.PostJsonAsync("images/variations", "{}")).Status);
    }

    [Fact]
    public async Task A_picture_survives_a_restart_of_the_sandbox_as_a_row()
    {
        using TemporaryFolder folder = new();
        SandboxOptions options = new() { Duration = 0, Render = RenderMode.StandIn, DataFolder = folder.Path };
        await using (SandboxHost first = await SandboxHost.StartAsync(options))
        {
            using Caller caller = To(first);
            Assert.Equal(200, (await caller.PostJsonAsync("images/generations", Order)).Status);
        }

        await using SandboxHost second = await SandboxHost.StartAsync(options);
        Assert.Equal("completed", Assert.Single(second.Submissions).State);
        Assert.Equal("png", Assert.Single(second.Core.Store.Jobs("openai-images")).Clip.Picture);
    }

    internal static Caller To(SandboxHost sandbox, string? key = "sk-sandbox-openai-images") => Caller.To(sandbox, "openai-images/v1", key);

    internal static Task<SandboxHost> StartAsync() => SandboxHost.StartAsync(new SandboxOptions { Duration = 0, Render = RenderMode.StandIn });

    private static byte[] Bytes(JsonNode item) => Convert.FromBase64String((string)item["b64_json"]!);

    private static ImageHeader? Header(JsonNode item) => ImageHeader.Read(Bytes(item));

    private sealed class CountingRenderer : IRenderer
    {
        public List<string?> Made { get; } = [];

        public Task RenderAsync(ClipOrder order, string path, CancellationToken cancellationToken)
        {
            Made.Add(order.Picture);
            return File.WriteAllTextAsync(path, "rendered " + order.Picture, cancellationToken);
        }

        public Task PictureAsync(string clipPath, ClipVariant variant, string path, CancellationToken cancellationToken) =>
            throw new RenderException("no pictures");
    }
}
