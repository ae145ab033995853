using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Xai;
using Reelay.Server.Routing;
using Reelay.Simulators;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.Xai;

/// <summary>The sandbox is as strict as the vendor, and the limit of the vendor is the channel's.</summary>
public sealed class XaiSandboxTests : IDisposable
{
    private const string Picture = """{"url":"https://media.example/a.png"}""";

    private readonly ManualTime _time = new();
    private readonly SandboxCore _core;
    private readonly HttpMessageInvoker _http;

    public XaiSandboxTests()
    {
        _core = SandboxCore.InMemory(World.Options(_time));
        _http = new HttpMessageInvoker(new SimulatorHandler(_core));
    }

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","resolution":"1080p"}""", 400, "1080p")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video-1.5","prompt":"x","resolution":"1080p","reference_images":[$]}""", 400, "1080p")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","duration":15,"reference_images":[$]}""", 400, "at most 10 seconds")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","reference_images":[$,$,$,$,$,$,$,$]}""", 400, "at most 7")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","image":$,"reference_images":[$]}""", 400, "none beside image")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","image":$,"last_frame":$}""", 400, "last_frame")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","keyframes":[{"image":$,"timestamp_s":2}]}""", 400, "keyframes")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","duration":16}""", 400, "between 1 and 15")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","duration":"8"}""", 422, "whole number")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","aspect_ratio":"21:9"}""", 422, "unknown variant")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","seed":7}""", 422, "unknown field `seed`")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","image":"https://media.example/a.png"}""", 422, "an object with `url`")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video","prompt":"x","image":{"url":"data:image/png;base64,AAAA"}}""", 400, "could not be read")]
    [InlineData("videos/generations", """{"model":"grok-video-3","prompt":"x"}""", 400, "does not exist")]
    [InlineData("videos/generations", """{"model":"grok-imagine-video"}""", 400, "prompt")]
    [InlineData("videos/edits", """{"model":"grok-imagine-video","prompt":"x","video":$,"duration":4}""", 422, "unknown field `duration`")]
    [InlineData("videos/edits", """{"model":"grok-imagine-video","prompt":"x"}""", 422, "`video`")]
    [InlineData("videos/extensions", """{"model":"grok-imagine-video-1.5","prompt":"x","video":$}""", 400, "does not support")]
    [InlineData("videos/extensions", """{"model":"grok-imagine-video","prompt":"x","video":$,"duration":11}""", 400, "between 1 and 10")]
    [InlineData("images/generations", """{"model":"grok-imagine-image","prompt":"x","size":"1024x1024"}""", 422, "unknown field `size`")]
    [InlineData("images/generations", """{"model":"grok-imagine-image","prompt":"x","n":11}""", 400, "between 1 and 10")]
    [InlineData("images/generations", """{"model":"grok-imagine-image","prompt":"x","quality":"low"}""", 400, "quality")]
    [InlineData("images/edits", """{"model":"grok-imagine-image","prompt":"x","images":[$,$,$,$]}""", 400, "at most 3")]
    [InlineData("images/edits", """{"model":"grok-imagine-image","prompt":"x"}""", 400, "takes image")]
    public async Task It_refuses_what_the_vendor_refuses(string path, string body, int status, string says)
    {
        var (answered, answer) = await SendAsync(path, body.Replace("$", Picture, StringComparison.Ordinal));
        Assert.Equal((status, "invalid-argument"), (answered, (string?)answer["code"]));
        Assert.Contains(says, (string?)answer["error"], StringComparison.Ordinal);
        Assert.DoesNotContain(_core.Submissions(), report => report.Row.Accepted);
    }

    [Fact]
    public async Task Keys_types_and_ids_are_refused_in_its_own_ways()
    {
        const string order = """{"model":"grok-imagine-video","prompt":"x"}""";
        Assert.Equal(401, (await SendAsync("videos/generations", order, key: null)).Status);
        var (status, answer) = await SendAsync("videos/generations", order, key: "xai-nobody");
        Assert.Equal((400, "Incorrect API key provided: xa***dy. You can obtain an API key from https://console.x.ai."), (status, (string?)answer["error"]));
        Assert.Equal(415, (await SendAsync("videos/edits", "--x--", type: "multipart/form-data; boundary=x")).Status);
        Assert.Equal(415, (await SendAsync("images/edits", "--x--", type: "multipart/form-data; boundary=x")).Status);
        Assert.Equal(422, (await SendAsync("videos/generations", "{")).Status);
        (status, answer) = await SendAsync("videos/123", null);
        Assert.Equal((400, "Malformed request ID"), (status, (string?)answer["error"]));
        Assert.Equal(404, (await SendAsync("videos/5f2f0f7e-5b6e-4f0e-9a56-1f4f0c3f7f11", null)).Status);
        Assert.Equal(405, (await SendAsync("videos/generations/x", null)).Status);
    }

    [Fact]
    public async Task The_first_answers_are_empty_the_last_tells_the_cost_and_the_link_dies_in_a_day()
    {
        var id = (string)(await SendAsync("videos/generations", """{"model":"grok-imagine-video-1.5","prompt":"x","duration":2,"image":$}""".Replace("$", Picture, StringComparison.Ordinal))).Answer["request_id"]!;
        Assert.Equal((202, "{}"), ((await SendAsync("videos/" + id, null)).Status, (await SendAsync("videos/" + id, null)).Answer.ToJsonString()));
        _time.Advance(3);
        var (status, pending) = await SendAsync("videos/" + id, null);
        Assert.Equal((202, "pending"), (status, (string?)pending["status"]));
        Assert.InRange((int)pending["progress"]!, 1, 99);
        _time.Advance(4);
        var (_, done) = await SendAsync("videos/" + id, null);
        Assert.Equal(("done", 1_700_000_000L), ((string?)done["status"], (long)done["usage"]!["cost_in_usd_ticks"]!));
        var link = new Uri((string)done["video"]!["url"]!);
        Assert.Equal((200, 400), (await OpenAsync(link, null), await OpenAsync(link, "xai-sandbox-key")));
        _time.Advance(86_401);
        Assert.Equal(403, await OpenAsync(link, null));
    }

    [Theory]
    [InlineData("", ProviderErrorKind.ContentRejected, FailureCharge.Full)]
    [InlineData("withheld", ProviderErrorKind.ContentRejected, FailureCharge.Full)]
    [InlineData("coded", ProviderErrorKind.ContentRejected, FailureCharge.Full)]
    public async Task Moderation_speaks_in_three_ways_and_all_are_charged(string word, ProviderErrorKind kind, FailureCharge charge)
    {
        var result = await FinishAsync(XaiCase.Boat with { Prompt = $"a boat {word} [fail:content_policy]" });
        var failed = Assert.IsType<PollResult.Failed>(result);
        Assert.Equal((kind, charge), (failed.Kind, failed.Charge));
    }

    [Fact]
    public async Task An_order_can_expire_and_one_without_a_prompt_fails_late()
    {
        Assert.Equal(ProviderErrorKind.Expired, Assert.IsType<PollResult.Failed>(await FinishAsync(XaiCase.Boat with { Prompt = "a boat [expired]" })).Kind);
        var promptless = XaiCase.Boat with { Mode = "i2v", Prompt = null };
        var late = Assert.IsType<PollResult.Failed>(await FinishAsync(
            promptless, """{"i2v_without_prompt":true,"inputs":"link"}""", XaiCase.File(MediaRole.FirstFrame, "PNG")));
        Assert.Equal((ProviderErrorKind.InvalidRequest, FailureCharge.None), (late.Kind, late.Charge));
    }

    [Fact]
    public async Task A_second_order_within_a_second_is_refused_and_nothing_is_lost()
    {
        var account = Account(Reelay.Simulators.Xai.XaiSimulator.LimitedKey);
        Assert.IsType<Submission.Accepted>(await SubmitAsync(account, XaiCase.Boat));
        var refusal = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(account, XaiCase.Boat));
        Assert.Equal(ProviderErrorKind.RateLimited, refusal.Kind);
        for (var count = 0; count < 5; count++) Assert.IsType<Submission.Finished>(await SubmitAsync(account, XaiCase.Picture));
        Assert.Equal(ProviderErrorKind.RateLimited, (await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(account, XaiCase.Picture))).Kind);
        _time.Advance(1);
        Assert.IsType<Submission.Accepted>(await SubmitAsync(account, XaiCase.Boat));
        Assert.Equal(7, _core.Submissions().Count(report => report.Row.Accepted));
    }

    [Fact]
    public void The_vendors_variables_make_two_channels_with_the_vendors_limits()
    {
        var settings = new Dictionary<string, string?> { ["XAI_API_KEY"] = "xai-1", ["XAI_BASE_URL"] = "https://proxy.example/v1/" };
        var channels = VendorVariables.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build(), new ProviderSet());
        Assert.Equal(["xai", "xai-images"], channels.Keys.Order());
        var (videos, pictures) = (channels["xai"], channels["xai-images"]);
        Assert.Equal((1.0, 2000, "https://proxy.example/v1"), (videos.SubmissionsPerSecond, videos.MinPollMilliseconds, videos.BaseUrl));
        Assert.Equal((5.0, 180), (pictures.SubmissionsPerSecond, pictures.CallSeconds));
        Assert.Equal("grok-imagine-video,grok-imagine-video-1.5,grok-imagine-video-1.5-lite", videos.Models);
        Assert.Equal("grok-imagine-image,grok-imagine-image-quality,grok-imagine-image-2.0", pictures.Models);
        Assert.Equal(new XaiProvider().Models.Select(row => row.Name).Distinct(), (videos.Models + "," + pictures.Models).Split(','));
        Assert.Empty(VendorVariables.Read(new ConfigurationBuilder().Build(), new ProviderSet()));
    }

    [Fact]
    public void Options_change_what_the_models_can_do()
    {
        var provider = new XaiProvider();
        string[] names = ["grok-imagine-video-1.5"];
        var usual = provider.ModelsOf(default, names);
        Assert.DoesNotContain(usual, row => row.Modes.Contains("extend"));
        Assert.All(usual, row => Assert.Equal(("choice", true), (row.Audio, row.NeedsPrompt)));
        var changed = provider.ModelsOf(
            JsonElement.Parse("""{"extend_on_1_5":true,"audio_switch":false,"i2v_without_prompt":true,"inputs":"link"}"""), names);
        var extension = Assert.Single(changed, row => row.Modes.Contains("extend"));
        Assert.Equal([2, 3, 4, 5, 6, 7, 8, 9, 10], extension.Seconds);
        Assert.All(changed, row => Assert.Equal(("always", row.Modes is not ["i2v"]), (row.Audio, row.NeedsPrompt)));
        Assert.All(changed.SelectMany(row => row.References.Values), reference => Assert.True(reference.IsLinkOnly));
        Assert.Equal("grok-imagine-image-9", Assert.Single(provider.ModelsOf(default, ["grok-imagine-image-9"]), row => row.Modes is ["t2i"]).Name);
    }

    private ProviderAccount Account(string key = "xai-sandbox-key", string? options = null) => new XaiCase().Account(options) with
    {
        BaseUrl = new("http://sandbox/xai/v1"),
        Credential = new ProviderCredential.ApiKey(key),
        Http = _http,
        Time = _time,
    };

    private static Task<Submission> SubmitAsync(ProviderAccount account, ProviderRequest request, params MediaInput[] media) => new XaiProvider().SubmitAsync(
        new() { Account = account, Request = request, AttemptToken = "att_7", Media = media, Deadline = DateTimeOffset.MaxValue },
        TestContext.Current.CancellationToken);

    private async Task<PollResult> FinishAsync(ProviderRequest request, string? options = null, params MediaInput[] media)
    {
        var account = Account(options: options);
        var accepted = Assert.IsType<Submission.Accepted>(await SubmitAsync(account, request, media));
        _time.Advance(_core.Speed.DurationSeconds + 1);
        return await new XaiProvider().PollAsync(account, accepted.Reference, TestContext.Current.CancellationToken);
    }

    private async Task<(int Status, JsonObject Answer)> SendAsync(
        string path, string? body, string? key = "xai-sandbox-key", string type = "application/json")
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, "http://sandbox/xai/v1/" + path);
        if (key is not null) request.Headers.Authorization = new("Bearer", key);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(System.Text.Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject());
    }

    private async Task<int> OpenAsync(Uri link, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, link);
        if (key is not null) request.Headers.Authorization = new("Bearer", key);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);
        return (int)response.StatusCode;
    }
}
