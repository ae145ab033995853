using System.Text;
using System.Text.Json;
using Reelay.Providers;
using Reelay.Providers.DashScope;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.DashScope;

/// <summary>What the tests of this provider share: one account, one order, and the fixtures.</summary>
public sealed class DashScopeCase
{
    public const string Key = "sk-test-secret-0001";
    public const string TaskId = "6f0c2a1e-8a54-4c55-9e0d-2f6b1c0a77d1";
    public const string Create = "https://upstream.example/api/v1/services/aigc/video-generation/video-synthesis";

    public static readonly ProviderRequest Clip = new()
    {
        UpstreamModel = "happyhorse-1.0-t2v", Mode = "t2v", Prompt = "A paper boat", Seconds = 8, WidthPixels = 720, HeightPixels = 1280,
        AspectRatio = "9:16", Tier = "720p", Audio = true,
    };

    public DashScopeProvider Provider { get; } = new();

    public RecordingUpstream Upstream { get; } = new();

    public ProviderAccount Account(string? options = null, string baseUrl = "https://upstream.example") => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new(baseUrl),
        Credential = new ProviderCredential.ApiKey(Key),
        Options = options is null ? default : JsonElement.Parse(options),
        Http = new HttpMessageInvoker(Upstream),
        Time = TimeProvider.System,
    };

    public Task<Submission> SubmitAsync(ProviderRequest request, string? options = null, params MediaInput[] media) => Provider.SubmitAsync(
        new() { Account = Account(options), Request = request, AttemptToken = "att_7", Media = media, Deadline = DateTimeOffset.MaxValue },
        TestContext.Current.CancellationToken);

    /// <summary>Submits to an upstream that accepts, and gives the body that it got.</summary>
    public async Task<string> BodyAsync(ProviderRequest request, string? options = null, params MediaInput[] media)
    {
        Upstream.Answer(200, Fixture("submit.ok.json"));
        var accepted = Assert.IsType<Submission.Accepted>(await SubmitAsync(request, options, media));
        Assert.Equal(TaskId, accepted.UpstreamId);
        return Upstream.Request.Body;
    }

    public async Task<ProviderException> RefusedAsync(ProviderRequest request, string? options = null, params MediaInput[] media) =>
        await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(request, options, media));

    public Task<PollResult> PollAsync(string body, int status = 200, string? options = null)
    {
        Upstream.Answer(status, body);
        return Provider.PollAsync(Account(options), Reference, TestContext.Current.CancellationToken);
    }

    public static JsonElement Reference => JsonElement.Parse($$"""{"id":"{{TaskId}}"}""");

    public static MediaInput Picture(MediaRole role, string bytes = "PNG!", Uri? publicUrl = null) => new()
    {
        Role = role,
        ContentType = "image/png",
        SizeBytes = bytes.Length,
        FileName = "input.png",
        OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream(Encoding.UTF8.GetBytes(bytes))),
        PublicUrl = publicUrl,
    };

    public static MediaInput Video(Uri? publicUrl = null) =>
        Picture(MediaRole.SourceVideo, "MP4!", publicUrl) with { ContentType = "video/mp4", FileName = "input.mp4" };

    public static string Fixture(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Providers", "DashScope", "Fixtures", name));
}

/// <summary>The facts of the models, and what a channel's options make of them.</summary>
public sealed class DashScopeModelTests
{
    private static readonly DashScopeProvider _provider = new();

    [Fact]
    public void The_name_without_a_suffix_is_none_of_the_upstreams() => Assert.Equal(
        [
            "happyhorse-1.0-t2v", "happyhorse-1.0-i2v", "happyhorse-1.0-r2v", "happyhorse-1.0-video-edit", "wan2.7-t2v", "wan2.7-i2v", "wan2.7-r2v",
            "wan3.0-video", "wan2.6-t2v", "wan2.6-i2v",
        ],
        _provider.Models.Select(model => model.Name).Distinct());

    [Fact]
    public void Links_and_larger_pictures_are_settings()
    {
        var usual = Edit("{}");
        Assert.False(usual[MediaRole.SourceVideo].IsLinkOnly);
        Assert.Equal(10 << 20, usual[MediaRole.ReferenceImage].MaxBytes);
        var set = Edit("""{"videos":"link","max_picture_megabytes":20}""");
        Assert.Equal((true, 100 << 20), (set[MediaRole.SourceVideo].IsLinkOnly, set[MediaRole.SourceVideo].MaxBytes));
        Assert.Equal((false, 20 << 20), (set[MediaRole.ReferenceImage].IsLinkOnly, set[MediaRole.ReferenceImage].MaxBytes));
        Assert.Empty(_provider.ModelsOf(default, ["happyhorse-1.0"]));
    }

    [Theory]
    [InlineData("""{"pictures":"post"}""", "pictures")]
    [InlineData("""{"videos":"inline"}""", "videos")]
    [InlineData("""{"max_picture_megabytes":21}""", "max_picture_megabytes")]
    [InlineData("""{"workspace":"a b"}""", "workspace")]
    [InlineData("""{"unknown_confirmations":0}""", "unknown_confirmations")]
    public void A_mistaken_option_is_named(string options, string name) =>
        Assert.StartsWith(name, Assert.Single(_provider.FindMistakes(JsonElement.Parse(options))));

    [Fact]
    public void Variables_of_the_python_sdk_and_of_the_ai_sdk_make_a_channel()
    {
        var singapore = Assert.Single(_provider.FromVariables(name => name == "ALIBABA_API_KEY" ? "sk-1" : null));
        Assert.Equal(("dashscope", "https://dashscope-intl.aliyuncs.com"), (singapore.Id, singapore.BaseUrl));
        var beijing = Assert.Single(_provider.FromVariables(name => name switch
        {
            "DASHSCOPE_API_KEY" => "sk-2",
            "DASHSCOPE_HTTP_BASE_URL" => "https://dashscope.aliyuncs.com/api/v1",
            _ => null,
        }));
        Assert.Equal(("https://dashscope.aliyuncs.com/api/v1", "sk-2"), (beijing.BaseUrl, Assert.IsType<ProviderCredential.ApiKey>(beijing.Credential).Value));
        Assert.Empty(_provider.FromVariables(_ => null));
    }

    private static IReadOnlyDictionary<MediaRole, UpstreamReference> Edit(string options) =>
        Assert.Single(_provider.ModelsOf(JsonElement.Parse(options), ["happyhorse-1.0-video-edit"])).References;
}
