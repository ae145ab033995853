using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Reelay.Providers;
using Reelay.Providers.Vidu;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Vidu;

/// <summary>What the tests of this provider share: one account, one order, and the fixtures.</summary>
public sealed class ViduCase
{
    public const string Key = "vda_test_secret_0001";
    public const string TaskId = "916345012887654400";
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 8, 0, 0, TimeSpan.Zero);

    public static readonly ProviderRequest BoatClip = new()
    {
        UpstreamModel = "viduq3-turbo", Mode = "t2v", Prompt = "A paper boat", Seconds = 5, WidthPixels = 1280, HeightPixels = 720, AspectRatio = "16:9",
        Tier = "720p", Audio = true,
    };

    public ViduProvider Provider { get; } = new();

    public RecordingUpstream Upstream { get; } = new();

    public ProviderAccount Account(string? options = null, DateTimeOffset? now = null, string key = Key) => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new("https://api.vidu.example"),
        Credential = new ProviderCredential.ApiKey(key),
        Options = options is null ? default : JsonElement.Parse(options),
        Http = new HttpMessageInvoker(Upstream),
        Time = new StoppedClock(now ?? Now),
    };

    public static SubmissionContext Order(ProviderAccount account, ProviderRequest? request = null, params MediaInput[] media) => new()
    {
        Account = account, Request = request ?? BoatClip, AttemptToken = "att_7", Media = media, Deadline = Now.AddMinutes(1),
    };

    public static MediaInput Picture(MediaRole role, byte[] bytes, Uri? publicUrl = null, string type = "image/png") => new()
    {
        Role = role,
        ContentType = type,
        SizeBytes = bytes.Length,
        FileName = "input.png",
        OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream(bytes)),
        PublicUrl = publicUrl,
    };

    public static MediaInput Picture(MediaRole role, string bytes = "PNG!", Uri? publicUrl = null, string type = "image/png") =>
        Picture(role, Encoding.UTF8.GetBytes(bytes), publicUrl, type);

    public static string Fixture(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Providers", "Vidu", "Fixtures", name));

    public static JsonElement Reference(string id = TaskId) => JsonElement.Parse($$"""{"task_id":"{{id}}"}""");

    /// <summary>The headers of a callback to an address, signed as the facts say.</summary>
    public static Dictionary<string, string> Signed(string key, Uri address, DateTimeOffset now)
    {
        var date = now.ToString("R", CultureInfo.InvariantCulture);
        var text = $"POST\n{address.AbsolutePath}\n{address.Query.TrimStart('?')}\nvidu\n{date}\nDate:{date}\nx-request-nonce:n-1\n";
        return new()
        {
            ["Date"] = date,
            ["x-request-nonce"] = "n-1",
            ["X-HMAC-SIGNED-HEADERS"] = "Date;x-request-nonce",
            ["X-HMAC-ALGORITHM"] = "hmac-sha256",
            ["X-HMAC-ACCESS-KEY"] = "vidu",
            ["X-HMAC-SIGNATURE"] = Convert.ToBase64String(HMACSHA256.HashData(Encoding.UTF8.GetBytes(key), Encoding.UTF8.GetBytes(text))),
        };
    }

    private sealed class StoppedClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}

/// <summary>What goes over the wire, to the byte. What every provider must do is in <see cref="ViduConformanceTests"/>.</summary>
public sealed class ViduTests
{
    private static readonly Uri Link = new("https://me.example/f.png?s=1&t=2");

    private readonly ViduCase _test = new();

    [Fact]
    public async Task Text_goes_to_its_endpoint_with_ratio_sound_and_our_token_as_payload()
    {
        await SubmitAsync(ViduCase.BoatClip with { Extras = new() { ["seed"] = 7, ["audio_type"] = "speech_only" } }, callback: new("https://me.example/callbacks/vidu/x"));

        var request = _test.Upstream.Request;
        Assert.Equal((HttpMethod.Post, "https://api.vidu.example/ent/v2/text2video"), (request.Method, request.Url.AbsoluteUri));
        Assert.Equal(("Token " + ViduCase.Key, "application/json"), (request.Headers["Authorization"], request.Headers["Content-Type"]));
        Assert.Equal(
            """{"model":"viduq3-turbo","prompt":"A paper boat","duration":5,"aspect_ratio":"16:9","resolution":"720p","audio":true,"seed":7,"audio_type":"speech_only","payload":"att_7","callback_url":"https://me.example/callbacks/vidu/x"}""",
            request.Body);
    }

    [Fact]
    public async Task A_first_frame_goes_inline_and_no_ratio_is_named()
    {
        await SubmitAsync(
            ViduCase.BoatClip with { Mode = "i2v", Prompt = null, Tier = "1080p", AspectRatio = "16:9", Audio = false },
            ViduCase.Picture(MediaRole.FirstFrame, type: "image/webp"));
        Assert.Equal("/ent/v2/img2video", _test.Upstream.Request.Url.AbsolutePath);
        Assert.Equal(
            """{"model":"viduq3-turbo","images":["data:image/webp;base64,UE5HIQ=="],"duration":5,"resolution":"1080p","audio":false,"payload":"att_7"}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task First_and_last_frame_go_in_that_order_whatever_the_callers()
    {
        await SubmitAsync(
            ViduCase.BoatClip with { Mode = "i2v_first_last" },
            ViduCase.Picture(MediaRole.LastFrame, "last"), ViduCase.Picture(MediaRole.FirstFrame, "first"));
        Assert.Equal("/ent/v2/start-end2video", _test.Upstream.Request.Url.AbsolutePath);
        Assert.Equal(
            """{"model":"viduq3-turbo","images":["data:image/png;base64,Zmlyc3Q=","data:image/png;base64,bGFzdA=="],"prompt":"A paper boat","duration":5,"resolution":"720p","audio":true,"payload":"att_7"}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task References_keep_the_callers_order_and_have_a_ratio()
    {
        await SubmitAsync(
            ViduCase.BoatClip with { Mode = "reference_images", AspectRatio = "3:4" },
            ViduCase.Picture(MediaRole.ReferenceImage, "one"), ViduCase.Picture(MediaRole.ReferenceImage, "two"), ViduCase.Picture(MediaRole.ReferenceImage, "six"));
        Assert.Equal("/ent/v2/reference2video", _test.Upstream.Request.Url.AbsolutePath);
        Assert.Equal(
            """{"model":"viduq3-turbo","images":["data:image/png;base64,b25l","data:image/png;base64,dHdv","data:image/png;base64,c2l4"],"prompt":"A paper boat","duration":5,"aspect_ratio":"3:4","resolution":"720p","audio":true,"payload":"att_7"}""",
            _test.Upstream.Request.Body);
    }

    [Fact]
    public async Task Pictures_that_are_too_much_for_one_body_go_as_links_all_of_them()
    {
        await SubmitAsync(
            ViduCase.BoatClip with { Mode = "i2v_first_last" }, """{"max_inline_bytes":7}""",
            ViduCase.Picture(MediaRole.FirstFrame, publicUrl: Link), ViduCase.Picture(MediaRole.LastFrame, publicUrl: Link));
        var images = JsonElement.Parse(_test.Upstream.Request.Body).GetProperty("images").EnumerateArray().Select(image => image.GetString());
        Assert.Equal([Link.AbsoluteUri, Link.AbsoluteUri], images);
    }

    [Fact]
    public async Task A_model_without_a_choice_of_sound_gets_no_word_of_it_and_an_unknown_one_is_taken_at_its_word()
    {
        await SubmitAsync(ViduCase.BoatClip with { UpstreamModel = "viduq2", Audio = null });
        await SubmitAsync(ViduCase.BoatClip with { UpstreamModel = "viduq9", Audio = false });
        Assert.DoesNotContain("audio", _test.Upstream.Requests[0].Body, StringComparison.Ordinal);
        Assert.Contains("\"audio\":false", _test.Upstream.Requests[1].Body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null, 640, 360, "360p")]
    [InlineData(null, 540, 960, "540p")]
    [InlineData(null, 720, 720, "720p")]
    [InlineData(null, 1920, 1080, "1080p")]
    [InlineData("1080P", 1280, 720, "1080p")]
    public async Task The_resolution_is_the_tier_in_lower_case_else_that_of_the_shorter_side(string? tier, int width, int height, string resolution)
    {
        await SubmitAsync(ViduCase.BoatClip with { Tier = tier, WidthPixels = width, HeightPixels = height });
        Assert.Equal(resolution, JsonElement.Parse(_test.Upstream.Request.Body).GetProperty("resolution").GetString());
    }

    public static TheoryData<ProviderRequest, MediaInput[], string> Unsayable => new()
    {
        { ViduCase.BoatClip with { Mode = "extend" }, [], "no endpoint for mode extend" },
        { ViduCase.BoatClip with { Prompt = null }, [], "needs a prompt" },
        { ViduCase.BoatClip, [ViduCase.Picture(MediaRole.FirstFrame)], "cannot be made from first_frame" },
        { ViduCase.BoatClip with { Mode = "i2v" }, [], "cannot be made from nothing" },
        { ViduCase.BoatClip with { Mode = "i2v_first_last" }, [ViduCase.Picture(MediaRole.FirstFrame), ViduCase.Picture(MediaRole.FirstFrame)], "first_frame, first_frame" },
        { ViduCase.BoatClip with { Mode = "reference_images" }, [ViduCase.Picture(MediaRole.ReferenceVideo)], "reference_video" },
        { ViduCase.BoatClip with { Count = 2 }, [], "2 outputs" },
        { ViduCase.BoatClip with { UpstreamModel = "viduq2" }, [], "no sound" },
        { ViduCase.BoatClip with { Extras = new() { ["off_peak"] = true } }, [], "off_peak is not a parameter" },
        { ViduCase.BoatClip with { Audio = false, Extras = new() { ["audio_type"] = "all" } }, [], "audio_type needs sound" },
        { ViduCase.BoatClip with { Mode = "i2v", Extras = new() { ["style"] = "anime" } }, [ViduCase.Picture(MediaRole.FirstFrame)], "style" },
        { ViduCase.BoatClip with { Mode = "i2v" }, [ViduCase.Picture(MediaRole.FirstFrame, new byte[10 * 1024 * 1024 + 1])], "Reelay__PublicUrl" },
    };

    [Theory, MemberData(nameof(Unsayable), DisableDiscoveryEnumeration = true)]
    public async Task What_cannot_be_said_is_refused_before_anything_is_sent(ProviderRequest request, MediaInput[] media, string words)
    {
        var refusal = await Assert.ThrowsAsync<ProviderException>(() =>
            _test.Provider.SubmitAsync(ViduCase.Order(_test.Account(), request, media), TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.InvalidRequest, refusal.Kind);
        Assert.Contains(words, refusal.Message, StringComparison.Ordinal);
        Assert.Empty(_test.Upstream.Requests);
    }

    [Theory]
    [InlineData("""{"check_callback":true}""", "check_callback")]
    [InlineData("""{"callback_tolerance_seconds":0}""", "callback_tolerance_seconds")]
    [InlineData("""{"search_delay_seconds":301}""", "search_delay_seconds")]
    [InlineData("""{"trust_absence":"yes"}""", "trust_absence")]
    [InlineData("""{"poll_404_confirmations":0}""", "poll_404_confirmations")]
    [InlineData("""{"max_inline_bytes":15000001}""", "max_inline_bytes")]
    [InlineData("""{"max_inline_bytes":null}""", "max_inline_bytes")]
    [InlineData("[]", "object")]
    public void A_mistake_in_the_options_is_named(string options, string word) =>
        Assert.Contains(word, string.Join('\n', _test.Provider.FindMistakes(JsonElement.Parse(options))), StringComparison.Ordinal);

    [Fact]
    public void The_variables_of_the_vendors_own_tools_make_a_channel()
    {
        Assert.Empty(_test.Provider.FromVariables(_ => null));
        var channel = Assert.Single(_test.Provider.FromVariables(name => name == "VIDU_API_KEY" ? "k" : null));
        Assert.Equal(("vidu", "https://api.vidu.com", new ProviderCredential.ApiKey("k")), (channel.Id, channel.BaseUrl, channel.Credential));
        Assert.Equal("https://api.vidu.cn", Assert.Single(_test.Provider.FromVariables(name => name == "VIDU_BASE_URL" ? "https://api.vidu.cn" : "k")).BaseUrl);
    }

    private Task SubmitAsync(ProviderRequest request, params MediaInput[] media) => SubmitAsync(request, null, media);

    private Task SubmitAsync(ProviderRequest request, Uri callback) => SubmitAsync(ViduCase.Order(_test.Account(), request) with { CallbackUrl = callback });

    private Task SubmitAsync(ProviderRequest request, string? options, params MediaInput[] media) =>
        SubmitAsync(ViduCase.Order(_test.Account(options), request, media));

    private async Task SubmitAsync(SubmissionContext order)
    {
        _test.Upstream.Answer(200, ViduCase.Fixture("submit.ok.json"));
        Assert.IsType<Submission.Accepted>(await _test.Provider.SubmitAsync(order, TestContext.Current.CancellationToken));
    }
}
