using System.Text;
using System.Text.Json;
using Reelay.Providers;
using Reelay.Providers.GoogleVeo;
using Reelay.Tests.Simulators;
using Reelay.Tests.Support;

namespace Reelay.Tests.Providers.GoogleVeo;

/// <summary>What the tests of this provider share: accounts at both surfaces, one order, and the fixtures.</summary>
public sealed class GoogleVeoCase
{
    public const string Key = "AIza-test-0001";
    public const string Vertex = "projects/demo/locations/us-central1/publishers/google/models/veo-3.1-generate-001/operations/6f1c2b1e-0d1a-4a53-9e65-0f4b8d1c2a77";
    public const string Gemini = "models/veo-3.1-fast-generate-preview/operations/a1b2c3d4e5f6";
    public const string GeminiSurface = """{"surface":"gemini"}""";

    public static readonly ProviderRequest BoatClip = new()
    {
        UpstreamModel = "veo-3.1-generate-001", Mode = "t2v", Prompt = "A paper boat", Seconds = 8, WidthPixels = 1280, HeightPixels = 720,
        AspectRatio = "16:9", Tier = "720p", Audio = true,
    };

    public static readonly ProviderRequest GeminiClip = BoatClip with { UpstreamModel = "veo-3.1-fast-generate-preview" };

    public GoogleVeoProvider Provider { get; } = new();

    public RecordingUpstream Upstream { get; } = new();

    internal ManualTime Time { get; } = new();

    /// <summary>Vertex with an API key unless something else is said; the same for all calls, as a channel has it.</summary>
    public ProviderAccount Account(string? options = null, ProviderCredential? credential = null) => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new("https://upstream.example"),
        Credential = credential ?? new ProviderCredential.ApiKey(Key),
        Options = options is null ? default : JsonElement.Parse(options),
        Http = Http ??= new HttpMessageInvoker(Upstream),
        Time = Time,
    };

    private HttpMessageInvoker? Http { get; set; }

    /// <summary>The sandbox's service account, in a project of its own.</summary>
    public static ProviderCredential ServiceAccount => new ProviderCredential.ServiceAccount(
        ((ProviderCredential.ServiceAccount)new GoogleVeoProvider().SandboxChannels[0].Credential).Json
            .Replace("reelay-sandbox\"", "demo\"", StringComparison.Ordinal));

    public SubmissionContext Order(ProviderAccount account, ProviderRequest? request = null, params MediaInput[] media) => new()
    {
        Account = account, Request = request ?? BoatClip, AttemptToken = "att_7", Media = media, Deadline = Time.GetUtcNow().AddMinutes(1),
    };

    public static MediaInput Picture(MediaRole role, byte[]? bytes = null)
    {
        bytes ??= Encoding.UTF8.GetBytes("PNG!");
        return new()
        {
            Role = role,
            ContentType = "image/png",
            SizeBytes = bytes.Length,
            FileName = "input.png",
            OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream(bytes)),
        };
    }

    public static string Fixture(string name) =>
        File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Providers", "GoogleVeo", "Fixtures", name));

    public static JsonElement Reference(string name = Vertex) => JsonSerializer.SerializeToElement(new Dictionary<string, string> { ["name"] = name });

    public async Task<ProviderException> RefusalAsync(int status, string body, string? options = null)
    {
        Upstream.Answer(status, body);
        return await Assert.ThrowsAsync<ProviderException>(() => Provider.SubmitAsync(Order(Account(options)), TestContext.Current.CancellationToken));
    }

    public Task<PollResult> PollAsync(int status, string body, string? options = null, string name = Vertex)
    {
        Upstream.Answer(status, body);
        return Provider.PollAsync(Account(options), Reference(name), TestContext.Current.CancellationToken);
    }
}

public sealed class GoogleVeoModelTests
{
    private static readonly GoogleVeoProvider Veo = new();

    [Fact]
    public void Every_row_can_be_ordered_by_the_rules_of_its_surface()
    {
        Assert.All(Veo.Models, row =>
        {
            Assert.NotEmpty(row.Source);
            Assert.Single(row.Modes);
            Assert.Equal(row.Name.StartsWith("veo-3.1", StringComparison.Ordinal) && !row.Name.Contains("preview", StringComparison.Ordinal), row.Lifecycle == "active");
            if (row.Modes.Contains("reference_images"))
                Assert.Equal((8, 3), (Assert.Single(row.Seconds), row.References[MediaRole.ReferenceImage].MaxCount));
            if (row.Sizes.Contains("3840x2160"))
                Assert.Contains("generate", row.Name);
        });
        Assert.DoesNotContain(Veo.Models, row => row.Seconds.Contains(4) && row.Sizes.Contains("3840x2160"));
    }

    [Fact]
    public void Each_surface_has_its_own_names_and_only_what_it_can_say()
    {
        var names = Veo.Models.Select(row => row.Name).Distinct().ToList();
        var vertex = Veo.ModelsOf(default, names);
        var gemini = Veo.ModelsOf(JsonElement.Parse(GoogleVeoCase.GeminiSurface), names);

        Assert.Equal(
            ["veo-3.1-generate-001", "veo-3.1-fast-generate-001", "veo-3.1-lite-generate-001", "veo-3.0-generate-001", "veo-3.0-fast-generate-001"],
            vertex.Select(row => row.Name).Distinct());
        Assert.Equal(
            ["veo-3.1-generate-preview", "veo-3.1-fast-generate-preview", "veo-3.1-lite-generate-preview", "veo-3.0-generate-001", "veo-3.0-fast-generate-001"],
            gemini.Select(row => row.Name).Distinct());
        Assert.All(vertex, row => Assert.Equal((4, "choice"), (row.MaxOutputs, row.Audio)));
        Assert.All(gemini, row => Assert.Equal((1, "always"), (row.MaxOutputs, row.Audio)));
        Assert.All(gemini, row => Assert.DoesNotContain(row.Extras, extra => extra.Name is "seed" or "resize_mode" or "compression_quality"));
    }

    [Fact]
    public void A_name_nobody_listed_has_the_newest_models_facts_and_upright_references_are_a_setting()
    {
        var rows = Veo.ModelsOf(JsonElement.Parse("""{"portrait_references":true}"""), ["veo-4.0-generate-001"]);
        Assert.All(rows, row => Assert.Equal("veo-4.0-generate-001", row.Name));
        Assert.Contains("720x1280", Assert.Single(rows, row => row.Modes.Contains("reference_images")).Sizes);
        Assert.DoesNotContain("720x1280", Assert.Single(Veo.ModelsOf(default, ["veo-3.1-generate-001"]), row => row.Modes.Contains("reference_images")).Sizes);
    }
}

public sealed class GoogleVeoOptionsTests
{
    [Theory]
    [InlineData("""{"surfaces":"gemini"}""", "surfaces")]
    [InlineData("""{"surface":"studio"}""", "surface")]
    [InlineData("""{"project":"a/b"}""", "project")]
    [InlineData("""{"location":"us/../x"}""", "location")]
    [InlineData("""{"api_version":"v1/x"}""", "api_version")]
    [InlineData("""{"storage_uri":"s3://x"}""", "storage_uri")]
    [InlineData("""{"surface":"gemini","storage_uri":"gs://bucket/x"}""", "storage_uri")]
    [InlineData("""{"storage_url":"ftp://x"}""", "storage_url")]
    [InlineData("""{"token_url":"token"}""", "token_url")]
    [InlineData("""{"user_project":""}""", "user_project")]
    [InlineData("""{"poll_404_confirmations":0}""", "poll_404_confirmations")]
    [InlineData("[]", "object")]
    public void A_mistake_in_the_options_is_named(string options, string word) =>
        Assert.Contains(word, string.Join('\n', new GoogleVeoProvider().FindMistakes(JsonElement.Parse(options))), StringComparison.Ordinal);

    [Theory]
    [InlineData("{}")]
    [InlineData("null")]
    [InlineData("""{"project":"demo-1","location":"global","api_version":"v1beta1","storage_uri":"gs://clips/out","storage_url":"/gcs","token_url":"/token"}""")]
    [InlineData("""{"surface":"gemini","audio_filter_is_failure":true,"trust_unavailable":true,"portrait_references":true}""")]
    public void Good_options_have_no_mistakes(string options) => Assert.Empty(new GoogleVeoProvider().FindMistakes(JsonElement.Parse(options)));

    [Fact]
    public void Googles_own_variables_make_a_channel()
    {
        var vertex = Assert.Single(Channels(("GOOGLE_APPLICATION_CREDENTIALS_JSON", "{}"), ("GOOGLE_CLOUD_PROJECT", "p"), ("GOOGLE_CLOUD_LOCATION", "eu")));
        Assert.Equal(("google-veo", "https://aiplatform.eu.rep.googleapis.com", "p"), (vertex.Id, vertex.BaseUrl, vertex.Options["project"]));
        Assert.IsType<ProviderCredential.ServiceAccount>(vertex.Credential);
        Assert.Equal("https://us-central1-aiplatform.googleapis.com", Assert.Single(Channels(("GOOGLE_API_KEY", "k"), ("GOOGLE_GENAI_USE_VERTEXAI", "true"))).BaseUrl);
        Assert.Equal("gemini", Assert.Single(Channels(("GEMINI_API_KEY", "k"), ("GOOGLE_GEMINI_BASE_URL", "https://resold.example"))).Options["surface"]);
        Assert.Empty(Channels(("GEMINI_API_KEY", "k")));
        Assert.Empty(Channels(("GEMINI_API_KEY", "k"), ("GOOGLE_GEMINI_BASE_URL", "https://generativelanguage.googleapis.com")));
    }

    private static IReadOnlyList<VendorChannel> Channels(params (string Name, string Value)[] variables) =>
        new GoogleVeoProvider().FromVariables(name => variables.FirstOrDefault(variable => variable.Name == name).Value);
}
