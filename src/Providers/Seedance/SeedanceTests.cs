using System.Text.Json;
using Reelay.Providers;
using Reelay.Providers.Seedance;
using Reelay.Tests.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.Seedance;

/// <summary>What the tests of this provider share: an account, orders, files and the fixtures.</summary>
public sealed class SeedanceCase
{
    public const string Key = "ark-test-secret-0001";
    public const string TaskId = "cgt-20261121090000-a1b2c";
    public const string Pro = "doubao-seedance-1-0-pro-250528";
    public const string Sound = "doubao-seedance-1-5-pro-251215";
    public const string Two = "doubao-seedance-2-0-260128";

    public static readonly ProviderRequest Boat = new()
    {
        UpstreamModel = Pro, Mode = "t2v", Prompt = "A paper boat", Seconds = 5, WidthPixels = 1248, HeightPixels = 704, Tier = "720p", AspectRatio = "16:9",
    };

    public SeedanceProvider Provider { get; } = new();

    public RecordingUpstream Upstream { get; } = new();

    internal ManualTime Time { get; } = new();

    private HttpMessageInvoker Http => field ??= new(Upstream);

    public ProviderAccount Account(string? options = null, string baseUrl = "https://ark.example/api/v3") => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new(baseUrl),
        Credential = new ProviderCredential.ApiKey(Key),
        Options = options is null ? default : JsonElement.Parse(options),
        Http = Http,
        Time = Time,
    };

    public SubmissionContext Order(ProviderAccount account, ProviderRequest? request = null, params MediaInput[] media) => new()
    {
        Account = account, Request = request ?? Boat, AttemptToken = "att_7", Media = media, Deadline = Time.GetUtcNow().AddMinutes(1),
    };

    public static MediaInput File(MediaRole role, string type = "image/png", byte[]? bytes = null, string? link = null, long? size = null)
    {
        bytes ??= "PNG!"u8.ToArray();
        return new()
        {
            Role = role,
            ContentType = type,
            SizeBytes = size ?? bytes.Length,
            FileName = "input",
            OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream(bytes)),
            PublicUrl = link is null ? null : new(link),
        };
    }

    public static string Fixture(string name) =>
        System.IO.File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Providers", "Seedance", "Fixtures", name));

    public static JsonElement Reference(string id = TaskId) => JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["id"] = id });

    /// <summary>Submits to an upstream that accepts, and gives the body that was sent.</summary>
    public async Task<RecordedRequest> SentAsync(ProviderRequest? request = null, string? options = null, string baseUrl = "https://ark.example/api/v3", params MediaInput[] media)
    {
        Upstream.Requests.Clear();
        Upstream.Answer(200, Fixture("submit.ok.json"));
        await Provider.SubmitAsync(Order(Account(options, baseUrl), request, media), TestContext.Current.CancellationToken);
        return Upstream.Request;
    }

    /// <summary>An order that is refused before anything is sent; gives the words.</summary>
    public async Task<string> RefusedAsync(ProviderRequest request, string? options = null, params MediaInput[] media)
    {
        var refusal = await Assert.ThrowsAsync<ProviderException>(
            () => Provider.SubmitAsync(Order(Account(options), request, media), TestContext.Current.CancellationToken));
        Assert.Equal(ProviderErrorKind.InvalidRequest, refusal.Kind);
        Assert.Empty(Upstream.Requests);
        return refusal.Message;
    }
}

public sealed class SeedanceOptionsTests
{
    [Theory]
    [InlineData("""{"platforms":"byteplus"}""", "platforms")]
    [InlineData("""{"platform":"aws"}""", "platform")]
    [InlineData("""{"model_ids":{"a":" "}}""", "model_ids")]
    [InlineData("""{"prompt_flags":"obey"}""", "prompt_flags")]
    [InlineData("""{"execution_expires_after":60}""", "execution_expires_after")]
    [InlineData("""{"poll_404_confirmations":0}""", "poll_404_confirmations")]
    [InlineData("[]", "object")]
    public void A_mistake_in_the_options_is_named(string options, string word) =>
        Assert.Contains(word, string.Join('\n', new SeedanceProvider().FindMistakes(JsonElement.Parse(options))), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"platform":"byteplus","model_ids":{"doubao-seedance-1-5-pro-251215":"ep-1"},"execution_expires_after":null}""")]
    [InlineData("""{"prompt_flags":"refuse","media_inline":false,"safety_identifier":false,"batch_polls":false,"poll_404_confirmations":9}""")]
    public void Good_options_have_no_mistakes(string options) => Assert.Empty(new SeedanceProvider().FindMistakes(JsonElement.Parse(options)));

    [Fact]
    public void Each_platforms_variables_make_a_channel_with_a_base_url_beside_the_key()
    {
        Assert.Empty(Channels());
        var usual = Channels(("ARK_API_KEY", "a"), ("BYTEPLUS_API_KEY", "b"));
        Assert.Equal(
            [("seedance", "https://ark.cn-beijing.volces.com/api/v3"), ("seedance-byteplus", "https://ark.ap-southeast.bytepluses.com/api/v3")],
            usual.Select(channel => (channel.Id, channel.BaseUrl)));
        Assert.Equal("http://127.0.0.1:1/api/v3", Assert.Single(Channels(("ARK_API_KEY", "a"), ("ARK_BASE_URL", "http://127.0.0.1:1/api/v3"))).BaseUrl);
    }

    [Fact]
    public void Every_size_of_the_models_is_one_of_arks()
    {
        var models = new SeedanceProvider().Models;
        Assert.Equal(7, models.Select(row => row.Name).Distinct().Count());
        Assert.All(models, row => Assert.Single(row.Modes));
        Assert.All(models, row => Assert.Equal(row.Modes[0].StartsWith("i2v", StringComparison.Ordinal), row.RatioFollowsFirstFrame));
        Assert.All(models.Where(row => row.Name.Contains("-2-0-", StringComparison.Ordinal)), row => Assert.Equal(["watermark"], row.Extras.Select(extra => extra.Name)));
    }

    private static IReadOnlyList<VendorChannel> Channels(params (string Name, string Value)[] variables) =>
        new SeedanceProvider().FromVariables(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
