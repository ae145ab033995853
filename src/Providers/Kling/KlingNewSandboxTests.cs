using System.Text.Json;
using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Kling;
using Reelay.Simulators;
using Reelay.Tests.Simulators;

namespace Reelay.Tests.Providers.Kling;

/// <summary>The adapter's new dialect against the simulator's new generation, in process, by a clock turned by hand.</summary>
public sealed class KlingNewSandboxTests
{
    private const string Secret = "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=";
    private static readonly Uri Hook = new("https://gateway.example/callbacks/1");

    private readonly ManualTime _time = new();
    private readonly KlingProvider _kling = new();
    private readonly SandboxOptions _options;
    private readonly SandboxCore _sandbox;
    private int _count;

    public KlingNewSandboxTests()
    {
        _options = World.Options(_time);
        _options.CallbackSecrets["kling"] = Secret;
        _sandbox = SandboxCore.InMemory(_options);
    }

    [Theory]
    [InlineData("kling-3.0-turbo", "t2v", "pro", 15)]
    [InlineData("kling-v3", "i2v", "4k", 3)]
    [InlineData("kling-v2-6", "i2v_first_last", "pro", 10)]
    [InlineData("kling-v3-omni", "multi_i2v", "std", 8)]
    [InlineData("kling-v3-omni", "extend", "pro", 8)]
    [InlineData("kling-video-o1", "edit", "std", null)]
    public async Task Every_mode_goes_from_order_to_file(string model, string mode, string quality, int? seconds)
    {
        var accepted = await SubmitAsync(Boat(model) with { Mode = mode, Quality = quality, Seconds = seconds }, media: Media(mode));
        Assert.Equal(new PollResult.Running(HasStarted: false), await PollAsync(accepted));
        _time.Advance(3);
        Assert.Equal(new PollResult.Running(HasStarted: true), await PollAsync(accepted));
        _time.Advance(3);

        var finished = Assert.IsType<PollResult.Succeeded>(await PollAsync(accepted));
        Assert.Equal(seconds ?? 5, finished.Usage?.Seconds);
        using var http = new HttpMessageInvoker(new SimulatorHandler(_sandbox));
        using var request = new HttpRequestMessage(HttpMethod.Get, Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(finished.Outputs)).Url.Value);
        using var file = await http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(StandInClipStore.Clip.ToArray(), await file.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    // Every row of the table of models, at its ends and with all its extras at once, is something the simulator's own rules allow.
    [Fact]
    public async Task Every_row_of_the_models_can_be_ordered()
    {
        foreach (var row in KlingNewCase.Rows(KlingNewCase.Names))
        {
            foreach (var seconds in row.Seconds.Count == 0 ? [null] : new int?[] { row.Seconds[0], row.Seconds[^1] })
            {
                var request = Boat(row.Name) with { Mode = row.Modes[0], Quality = Assert.Single(row.Qualities), Seconds = seconds, Extras = [] };
                if (row.Audio == "choice")
                    request = request with { Audio = true };
                foreach (var extra in row.Extras)
                    request.Extras[extra.Name] = KlingNewCase.Sample(extra, seconds) ?? throw new InvalidOperationException($"{extra.Name} has no sample");
                var pictures = row.References.GetValueOrDefault(MediaRole.ReferenceImage)?.MaxCount ?? 0;
                var others = Media(row.Modes[0]).Where(media => media.Role != MediaRole.ReferenceImage);
                await SubmitAsync(request, media: [.. others, .. Enumerable.Repeat(KlingNewCase.Picture(MediaRole.ReferenceImage), pictures)]);
            }
        }

        Assert.All(_sandbox.Submissions(), report => Assert.True(report.Row.Accepted));
    }

    [Fact]
    public async Task Every_state_calls_back_flat_and_signed_and_the_last_tells_the_result()
    {
        var accepted = await SubmitAsync(Boat("kling-v3"), Hook);
        _time.Advance(6);
        var messages = Messages();
        var readings = Readings(messages, SignedOptions);
        Assert.Equal(["submitted", "processing", "succeeded"], readings.Select(pair => pair.State));
        Assert.All(readings, pair => Assert.Equal((accepted.UpstreamId, true), (pair.Reading?.UpstreamId, pair.Reading?.IsSigned)));
        Assert.Single(Assert.IsType<PollResult.Succeeded>(readings[^1].Reading!.Result).Outputs);

        // Without the secret, or with another, each names its task and says nothing more.
        foreach (var options in new[] { KlingNewCase.Options, """{"dialect":"new","callback_secret":"whsec_QUJD"}""" })
            Assert.All(Readings(messages, options), pair => Assert.Equal(new CallbackReading(accepted.UpstreamId, null, IsSigned: false), pair.Reading));
    }

    [Fact]
    public async Task A_forged_callback_is_not_believed()
    {
        var accepted = await SubmitAsync(Boat("kling-3.0") with { Prompt = "a boat [callback:forged]" }, Hook);
        _time.Advance(6);
        var readings = Readings(Messages(), SignedOptions);
        Assert.Equal(["failed", "submitted", "failed", "processing", "failed", "succeeded"], readings.Select(pair => pair.State));
        Assert.All(readings.Where(pair => pair.State == "failed"), pair =>
            Assert.Equal(new CallbackReading(accepted.UpstreamId, null, IsSigned: false), pair.Reading));
        Assert.All(readings.Where(pair => pair.State != "failed"), pair => Assert.True(pair.Reading!.IsSigned));
        Assert.IsType<PollResult.Succeeded>(await PollAsync(accepted));
    }

    [Fact]
    public async Task An_order_whose_answer_was_lost_is_found_again_by_its_mark()
    {
        var request = Boat("kling-v3") with { Prompt = "a boat [drop:after-accept]" };
        await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(request));
        var found = Assert.Single(await _kling.FindAsync(
            Account(), new(request, "att_1", _time.GetUtcNow(), _time.GetUtcNow()), TestContext.Current.CancellationToken));
        Assert.Equal((true, Assert.Single(_sandbox.Submissions()).Row.UpstreamId), (found.IsMatch, found.UpstreamId));
        _time.Advance(6);
        Assert.IsType<PollResult.Succeeded>(await _kling.PollAsync(Account(), found.Reference, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task More_tasks_than_one_call_names_are_read_in_several_and_legacy_ones_among_them()
    {
        var accepted = new List<Submission.Accepted>();
        for (var number = 0; number < _kling.MaxBatchCount; number++)
            accepted.Add(await SubmitAsync(Boat("kling-v3")));
        var legacy = await SubmitAsync(KlingCase.BoatClip, options: "{}");
        _time.Advance(6);

        var results = await _kling.PollManyAsync(Account(), [.. accepted.Select(one => one.Reference)], TestContext.Current.CancellationToken);
        Assert.All(results, result => Assert.IsType<PollResult.Succeeded>(result));
        var resumed = JsonElement.Parse($$"""{"family":"tasks","task_id":"{{legacy.UpstreamId}}"}""");
        Assert.IsType<PollResult.Succeeded>(await _kling.PollAsync(Account(), resumed, TestContext.Current.CancellationToken));
        Assert.IsType<PollResult.Succeeded>(await _kling.PollAsync(Account("{}"), legacy.Reference, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Slots_and_marks_are_one_for_both_generations()
    {
        _options.MaxRunning = 1;
        await SubmitAsync(KlingCase.BoatClip with { UpstreamModel = "kling-v3" }, options: "{}");
        var busy = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(Boat("kling-3.0")));
        Assert.Equal(ProviderErrorKind.RateLimited, busy.Kind);
        await SubmitAsync(Boat("kling-3.0-turbo"));
        _count = 0;
        var again = await Assert.ThrowsAsync<ProviderException>(() => SubmitAsync(Boat("kling-2.6")));
        Assert.Contains("external_task_id value 'att_1' is invalid", again.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_asked_for_is_not_marked_and_what_was_is()
    {
        var plain = await SubmitAsync(Boat("kling-v3"));
        var marked = await SubmitAsync(Boat("kling-v3") with { Extras = new() { ["watermark_info"] = new JsonObject { ["enabled"] = true } } });
        _time.Advance(6);
        Assert.DoesNotContain("watermark", Link(await PollAsync(plain)), StringComparison.Ordinal);
        Assert.Contains("watermark", Link(await PollAsync(marked)), StringComparison.Ordinal);
    }

    private const string SignedOptions = $$"""{"dialect":"new","callback_secret":"{{Secret}}"}""";

    private static ProviderRequest Boat(string model) => KlingCase.BoatClip with { UpstreamModel = model };

    private static string Link(PollResult result) =>
        Assert.IsType<ProviderOutput.AtUrl>(Assert.Single(Assert.IsType<PollResult.Succeeded>(result).Outputs)).Url.Value.AbsoluteUri;

    private static MediaInput[] Media(string mode) => mode switch
    {
        "i2v" => [KlingNewCase.Picture(MediaRole.FirstFrame)],
        "i2v_first_last" => [KlingNewCase.Picture(MediaRole.FirstFrame), KlingNewCase.Picture(MediaRole.LastFrame)],
        "multi_i2v" => [KlingNewCase.Picture(MediaRole.ReferenceImage), KlingNewCase.Picture(MediaRole.ReferenceImage)],
        "extend" => [KlingCase.Video(new("https://me.example/v.mp4"))],
        "edit" => [KlingCase.Video(new("https://me.example/v.mp4")), KlingNewCase.Picture(MediaRole.ReferenceImage)],
        _ => [],
    };

    private IReadOnlyList<CallbackMessage> Messages() => Assert.Single(((ICallsBack)_sandbox.Simulators["kling"]).DueCallbacks()).Messages;

    private List<(string? State, CallbackReading? Reading)> Readings(IReadOnlyList<CallbackMessage> messages, string options) =>
    [
        .. messages.Select(message => (
            (string?)JsonNode.Parse(message.Body.Span)!["status"], _kling.ReadCallback(Account(options), message.Headers, message.Body))),
    ];

    private ProviderAccount Account(string options = KlingNewCase.Options) => new()
    {
        ChannelId = "channel-1",
        BaseUrl = new("http://sandbox/kling"),
        Credential = KlingNewCase.Sandbox.Credential,
        Options = JsonElement.Parse(options),
        Http = new HttpMessageInvoker(new SimulatorHandler(_sandbox)),
        Time = _time,
    };

    private async Task<Submission.Accepted> SubmitAsync(
        ProviderRequest request, Uri? callbackUrl = null, string options = KlingNewCase.Options, params MediaInput[] media)
    {
        var order = KlingCase.Order(Account(options), request, media) with { AttemptToken = $"att_{++_count}", CallbackUrl = callbackUrl };
        return Assert.IsType<Submission.Accepted>(await _kling.SubmitAsync(order, TestContext.Current.CancellationToken));
    }

    private Task<PollResult> PollAsync(Submission.Accepted accepted) =>
        _kling.PollAsync(Account(), accepted.Reference, TestContext.Current.CancellationToken);
}
