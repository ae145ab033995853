using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.GoogleVeo;
using Reelay.Simulators;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.GoogleVeo;

/// <summary>The adapter against the simulator, which shares nothing with it but the documented facts; in process, by a clock turned by hand.</summary>
public sealed class GoogleVeoSandboxTests : IDisposable
{
    private static readonly byte[] Frame = PngImage.Gradient(640, 360);

    private readonly ManualTime _time = new();
    private readonly GoogleVeoProvider _veo = new();
    private readonly SandboxOptions _options;
    private readonly SandboxCore _sandbox;
    private readonly HttpMessageInvoker _http;

    public GoogleVeoSandboxTests()
    {
        _options = World.Options(_time);
        _sandbox = SandboxCore.InMemory(_options);
        _http = new(new SimulatorHandler(_sandbox));
    }

    public void Dispose() => _http.Dispose();

    [Theory]
    [InlineData(0, null, 1)]
    [InlineData(0, null, 3)]
    [InlineData(0, "gs://clips/out", 2)]
    [InlineData(1, null, 1)]
    public async Task An_order_goes_from_acceptance_to_its_files(int surface, string? storage, int count)
    {
        var account = Account(surface, storage);
        var accepted = await SubmitAsync(account, Clip(surface) with { Count = count });
        Assert.Equal(new PollResult.Running(HasStarted: true), await PollAsync(account, accepted));
        _time.Advance(6);

        var done = Assert.IsType<PollResult.Succeeded>(await PollAsync(account, accepted));

        Assert.Equal(count, done.Outputs.Count);
        foreach (var output in done.Outputs)
            Assert.Equal(StandInClipStore.Clip.ToArray(), await BytesAsync(output));
        Assert.Equal(accepted.UpstreamId, Assert.Single(_sandbox.Submissions()).Row.UpstreamId);
    }

    // Every row of the table of models, at its ends and with all its extras at once, is something the simulator's own rules allow.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Every_row_of_the_models_can_be_ordered(int surface)
    {
        var account = Account(surface);
        foreach (var row in _veo.ModelsOf(account.Options, [.. _veo.Models.Select(model => model.Name).Distinct()]))
        {
            foreach (var size in row.Sizes)
            {
                foreach (var seconds in new[] { row.Seconds[0], row.Seconds[^1] })
                {
                    var sides = size.Split('x').Select(int.Parse).ToArray();
                    var request = new ProviderRequest
                    {
                        UpstreamModel = row.Name, Mode = row.Modes[0], Prompt = "A boat", Seconds = seconds, Count = row.MaxOutputs,
                        WidthPixels = sides[0], HeightPixels = sides[1], AspectRatio = sides[0] > sides[1] ? "16:9" : "9:16",
                        Tier = sides.Min() switch { 720 => "720p", 1080 => "1080p", _ => "4k" }, Audio = row.Audio == "choice" ? false : null,
                        Extras = new JsonObject(row.Extras.Select(extra => KeyValuePair.Create<string, JsonNode?>(
                            extra.Name, extra.Allowed.Count > 0 ? extra.Allowed[^1] : extra.Type == "integer" ? (long)extra.Max! : "rain"))),
                    };
                    var pictures = row.References.SelectMany(pair => Enumerable.Repeat(GoogleVeoCase.Picture(pair.Key, Frame), pair.Value.MaxCount));
                    var accepted = await SubmitAsync(account, request, [.. pictures]);
                    var clip = _sandbox.Store.FindJob("google-veo", accepted.UpstreamId)!.Clip;
                    Assert.Equal((sides[0], sides[1], seconds, row.Audio != "choice"), (clip.WidthPixels, clip.HeightPixels, clip.Seconds, clip.HasSound));
                }
            }
        }

        Assert.All(_sandbox.Submissions(), report => Assert.True(report.Row.Accepted));
    }

    // The four shapes of a refusal, each at both surfaces.
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Safety_refuses_in_four_shapes_and_all_are_refusals_of_the_content(int surface)
    {
        var account = Account(surface);
        var prompt = await FailAsync(account, Clip(surface) with { Prompt = "a boat [refuse:content_policy]" });
        var picture = await FailAsync(account, Clip(surface) with { Mode = "i2v", Prompt = "a boat [refuse:content_policy]" }, GoogleVeoCase.Picture(MediaRole.FirstFrame, Frame));
        Assert.Equal([ProviderErrorKind.ContentRejected, ProviderErrorKind.ContentRejected], new[] { prompt.Kind, picture.Kind });
        Assert.Contains("sensitive words", prompt.Message, StringComparison.Ordinal);
        Assert.Contains("input image", picture.Message, StringComparison.Ordinal);
        foreach (var (words, expected) in new[] { ("a boat", "safety policies"), ("audio of a boat", "audio") })
        {
            var accepted = await SubmitAsync(account, Clip(surface) with { Prompt = words + " [fail:content_policy]" });
            _time.Advance(6);
            var filtered = Assert.IsType<PollResult.Failed>(await PollAsync(account, accepted));
            Assert.Equal((ProviderErrorKind.ContentRejected, FailureCharge.None), (filtered.Kind, filtered.Charge));
            Assert.Contains(expected, filtered.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("[refuse:quota]", ProviderErrorKind.AccountEmpty)]
    [InlineData("[http:400]", ProviderErrorKind.InvalidRequest)]
    [InlineData("[http:403]", ProviderErrorKind.Unauthorized)]
    [InlineData("[http:404]", ProviderErrorKind.InvalidRequest)]
    [InlineData("[http:429]", ProviderErrorKind.RateLimited)]
    [InlineData("[http:500]", ProviderErrorKind.OutcomeUnknown)]
    [InlineData("[http:503]", ProviderErrorKind.OutcomeUnknown)]
    [InlineData("[bare:429]", ProviderErrorKind.OutcomeUnknown)]
    [InlineData("[garbage]", ProviderErrorKind.OutcomeUnknown)]
    [InlineData("[truncate]", ProviderErrorKind.OutcomeUnknown)]
    [InlineData("[drop:after-accept]", ProviderErrorKind.OutcomeUnknown)]
    public async Task A_create_that_goes_wrong_has_its_kind(string word, ProviderErrorKind kind)
    {
        Assert.Equal(kind, (await FailAsync(Account(0), GoogleVeoCase.BoatClip with { Prompt = "a boat " + word })).Kind);

        // What counts as surely not accepted really was not.
        if (kind != ProviderErrorKind.OutcomeUnknown)
            Assert.False(Assert.Single(_sandbox.Submissions()).Row.Accepted);
    }

    [Fact]
    public async Task A_failure_of_the_work_and_a_full_account_are_told_apart()
    {
        var account = Account(0);
        var accepted = await SubmitAsync(account, GoogleVeoCase.BoatClip with { Prompt = "a boat [fail:generation]" });
        _time.Advance(6);
        Assert.Equal(ProviderErrorKind.GenerationFailed, Assert.IsType<PollResult.Failed>(await PollAsync(account, accepted)).Kind);
        _options.MaxRunning = 1;
        await SubmitAsync(account, GoogleVeoCase.BoatClip);
        Assert.Equal(ProviderErrorKind.RateLimited, (await FailAsync(account, GoogleVeoCase.BoatClip)).Kind);
    }

    [Fact]
    public async Task Reads_that_go_wrong_say_how()
    {
        var account = Account(0);
        var accepted = await SubmitAsync(account, GoogleVeoCase.BoatClip);
        _sandbox.Faults.Add("google-veo", SimulatedCall.Retrieve, "unknown-status", 1);
        Assert.IsType<PollResult.Unreadable>(await PollAsync(account, accepted));
        foreach (var (surface, name) in new[] { (0, GoogleVeoCase.Vertex), (1, GoogleVeoCase.Gemini) })
        {
            var unknown = await Assert.ThrowsAsync<ProviderException>(() =>
                _veo.PollAsync(Account(surface), GoogleVeoCase.Reference(name), TestContext.Current.CancellationToken));
            Assert.Equal(ProviderErrorKind.NotFound, unknown.Kind);
            Assert.Contains("not found", await _veo.TestAsync(Account(surface), TestContext.Current.CancellationToken));
        }

        var stranger = account with { Credential = new ProviderCredential.ApiKey("AIza-nobody") };
        Assert.Equal(ProviderErrorKind.Unauthorized, (await Assert.ThrowsAsync<ProviderException>(() => _veo.TestAsync(stranger, TestContext.Current.CancellationToken))).Kind);
    }

    [Fact]
    public async Task Files_of_the_gemini_api_are_there_for_two_days()
    {
        var account = Account(1);
        var accepted = await SubmitAsync(account, GoogleVeoCase.GeminiClip);
        _time.Advance(6);
        var done = Assert.IsType<PollResult.Succeeded>(await PollAsync(account, accepted));
        _time.Advance(TimeSpan.FromDays(2).TotalSeconds);
        Assert.Equal(ProviderErrorKind.Expired, (await Assert.ThrowsAsync<ProviderException>(() => BytesAsync(done.Outputs[0]))).Kind);
    }

    [Fact]
    public async Task A_token_expires_and_the_next_call_has_another()
    {
        var account = Account(0);
        var accepted = await SubmitAsync(account, GoogleVeoCase.BoatClip with { Prompt = "a boat [slow:7200]" });
        _time.Advance(7201);
        Assert.IsType<PollResult.Succeeded>(await PollAsync(account, accepted));
        var wrong = account with { Credential = new ProviderCredential.ServiceAccount(((ProviderCredential.ServiceAccount)account.Credential).Json.Replace("video@", "nobody@", StringComparison.Ordinal)) };
        Assert.Equal(ProviderErrorKind.Unauthorized, (await FailAsync(wrong, GoogleVeoCase.BoatClip)).Kind);
    }

    private static ProviderRequest Clip(int surface) => surface == 0 ? GoogleVeoCase.BoatClip : GoogleVeoCase.GeminiClip;

    // As the server makes it of the provider's own description.
    private ProviderAccount Account(int surface, string? storage = null)
    {
        var described = _veo.SandboxChannels[surface];
        var options = new JsonObject(described.Options.Select(pair => KeyValuePair.Create(pair.Key, (JsonNode?)pair.Value)));
        if (surface == 0)
            options["storage_uri"] = storage;
        return new()
        {
            ChannelId = "channel-1",
            BaseUrl = new("http://sandbox" + described.Path),
            Credential = described.Credential,
            Options = JsonElement.Parse(options.ToJsonString()),
            Http = _http,
            Time = _time,
        };
    }

    private async Task<Submission.Accepted> SubmitAsync(ProviderAccount account, ProviderRequest request, params MediaInput[] media) =>
        Assert.IsType<Submission.Accepted>(await _veo.SubmitAsync(Order(account, request, media), TestContext.Current.CancellationToken));

    private Task<ProviderException> FailAsync(ProviderAccount account, ProviderRequest request, params MediaInput[] media) =>
        Assert.ThrowsAsync<ProviderException>(() => _veo.SubmitAsync(Order(account, request, media), TestContext.Current.CancellationToken));

    private SubmissionContext Order(ProviderAccount account, ProviderRequest request, MediaInput[] media) => new()
    {
        Account = account, Request = request, AttemptToken = "att_7", Media = media, Deadline = _time.GetUtcNow().AddMinutes(1),
    };

    private Task<PollResult> PollAsync(ProviderAccount account, Submission.Accepted accepted) =>
        _veo.PollAsync(account, accepted.Reference, TestContext.Current.CancellationToken);

    private static async Task<byte[]> BytesAsync(ProviderOutput output)
    {
        await using var stream = output switch
        {
            ProviderOutput.Inline(var content) => content,
            ProviderOutput.Opened(var open) => Assert.IsType<OutputContent.Bytes>(await open(TestContext.Current.CancellationToken)).Content,
            _ => throw new ArgumentOutOfRangeException(nameof(output)),
        };
        using var whole = new MemoryStream();
        await stream.CopyToAsync(whole, TestContext.Current.CancellationToken);
        return whole.ToArray();
    }
}
