using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Providers.Kling;
using Reelay.Simulators;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Providers.Kling;

/// <summary>What both generations have alike: the adapter, and the errors of a submission.</summary>
public abstract class KlingConformance : ProviderConformance
{
    private static readonly IReadOnlyList<(int Status, string Fixture, ProviderErrorKind Kind)> Fixtures =
    [
        (401, "error.401.1001.json", ProviderErrorKind.Unauthorized),
        (401, "error.401.1002.json", ProviderErrorKind.Unauthorized),
        (401, "error.401.1002.pair.json", ProviderErrorKind.Unauthorized),
        (429, "error.429.1102.json", ProviderErrorKind.AccountEmpty),
        (429, "error.429.1303.json", ProviderErrorKind.RateLimited),
        (400, "error.400.1201.json", ProviderErrorKind.InvalidRequest),
    ];

    private static readonly IReadOnlyList<(int Status, int Code, ProviderErrorKind Kind)> Codes =
    [
        (401, 1000, ProviderErrorKind.Unauthorized),
        (401, 1003, ProviderErrorKind.Unauthorized),
        (401, 1004, ProviderErrorKind.Unauthorized),
        (429, 1100, ProviderErrorKind.Unauthorized),
        (429, 1101, ProviderErrorKind.AccountEmpty),
        (403, 1103, ProviderErrorKind.Unauthorized),
        (400, 1200, ProviderErrorKind.InvalidRequest),
        (404, 1202, ProviderErrorKind.InvalidRequest),
        (404, 1203, ProviderErrorKind.InvalidRequest),
        (400, 1300, ProviderErrorKind.ContentRejected),
        (400, 1301, ProviderErrorKind.ContentRejected),
        (429, 1302, ProviderErrorKind.RateLimited),
        (429, 1304, ProviderErrorKind.Unauthorized),
        (200, 1303, ProviderErrorKind.RateLimited),
        (200, 1102, ProviderErrorKind.AccountEmpty),
        (503, 5001, ProviderErrorKind.Overloaded),
        (500, 5000, ProviderErrorKind.OutcomeUnknown),
        (504, 5002, ProviderErrorKind.OutcomeUnknown),
        (200, 5000, ProviderErrorKind.OutcomeUnknown),
        (200, 5001, ProviderErrorKind.OutcomeUnknown),
        (500, 1303, ProviderErrorKind.OutcomeUnknown),
        (429, 1399, ProviderErrorKind.OutcomeUnknown),
    ];

    public override IVideoProvider Provider { get; } = new KlingProvider();

    public override IReadOnlyList<DocumentedError> SubmissionErrors =>
    [
        .. Fixtures.Select(error => Error(error.Status, error.Fixture, error.Kind)),
        .. Codes.Select(error => new DocumentedError(Body(error.Status, Coded(error.Code)), error.Kind)),
    ];

    private static string Coded(int code) => $$"""{"code":{{code}},"message":"no","request_id":"r","data":null}""";
}

/// <summary>What every provider must do, with Kling's own errors and states, in the legacy generation.</summary>
public sealed class KlingConformanceTests : KlingConformance
{
    private static readonly string Frame = Convert.ToBase64String(PngImage.Gradient(640, 360));

    public override Reply Accepted => Fixture(200, "submit.ok.json");

    // The legacy generation reads one task at a time.
    public override bool HasBatches => false;

    public override CallbackSigning Signing =>
        new("""{"callback_secret":"whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="}""", "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI=");

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "poll.submitted.json", Means.Queued),
        Poll(200, "poll.processing.json", Means.Running()),
        Poll(200, "poll.succeeded.json", Means.Succeeded),
        Poll(200, "poll.failed.risk.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "poll.failed.picture.json", Means.Failed(ProviderErrorKind.InvalidRequest)),
        .. Words(
            """{"code":0,"data":{"task_status":"$word","task_result":{"videos":[{"url":"https://a.example/x.mp4"}]} } }""",
            ("submitted", Means.Queued),
            ("processing", Means.Running()),
            ("PROCESSING", Means.Running()),
            ("succeed", Means.Succeeded),
            ("succeeded", Means.Succeeded),
            ("failed", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("reviewing", Means.Unreadable),
            ("", Means.Unreadable)),
        new([Body(200, """{"code":1203,"message":"gone"}""")], Means.Throws(ProviderErrorKind.NotFound)),
        new([Body(404, """{"code":1203,"message":"gone"}""")], Means.Throws(ProviderErrorKind.NotFound)),
        new([Body(401, """{"code":1004,"message":"late"}""")], Means.Throws(ProviderErrorKind.Unauthorized)),
        new([Body(429, """{"code":1302,"message":"slow"}""")], Means.Throws(ProviderErrorKind.Unavailable)),
    ];

    public override JsonNode? Sample(ExtraParameter extra, UpstreamModel row, ProviderRequest request) => extra.Name switch
    {
        "watermark_info" => new JsonObject { ["enabled"] = true },
        "camera_control" => JsonNode.Parse("""{"type":"simple","config":{"horizontal":0,"vertical":0,"pan":0,"tilt":0,"roll":0,"zoom":-4.5}}"""),
        "static_mask" => Frame,
        "dynamic_masks" => JsonNode.Parse($$"""[{"mask":"{{Frame}}","trajectories":[{"x":1,"y":2},{"x":3,"y":4}]}]"""),
        "shot_type" => "customize",
        "multi_prompt" => JsonNode.Parse($$"""[{"index":1,"prompt":"one","duration":"1"},{"index":2,"prompt":"two","duration":"{{request.Seconds - 1}}"}]"""),
        "voice_list" => JsonNode.Parse("""[{"voice_id":"a"},{"voice_id":"b"}]"""),
        "element_list" => new JsonArray([.. Enumerable.Range(1, (int)extra.Max!).Select(id => new JsonObject { ["element_id"] = id })]),
        _ => base.Sample(extra, row, request),
    };
}

/// <summary>The same in the new generation, with an API key.</summary>
public sealed class KlingNewConformanceTests : KlingConformance
{
    // Not among the provider's own: it would compete with the legacy channel for the same models.
    public override SandboxChannel Sandbox => KlingNewCase.Sandbox;

    public override string Options => KlingNewCase.Options;

    public override Reply Accepted => Fixture(200, "new.submit.ok.json");

    public override IReadOnlyList<DocumentedPoll> Polls =>
    [
        Poll(200, "new.poll.submitted.json", Means.Queued),
        Poll(200, "new.poll.processing.json", Means.Running()),
        Poll(200, "poll.succeeded.new.json", Means.Succeeded),
        Poll(200, "new.poll.failed.risk.json", Means.Failed(ProviderErrorKind.ContentRejected)),
        Poll(200, "new.poll.unknown.json", Means.Throws(ProviderErrorKind.NotFound)),
        .. Words(
            """{"code":0,"data":[{"id":"801234567890123456","status":"$word","outputs":[{"type":"video","url":"https://a.example/x.mp4"}]}]}""",
            ("submitted", Means.Queued),
            ("processing", Means.Running()),
            ("succeed", Means.Succeeded),
            ("succeeded", Means.Succeeded),
            ("failed", Means.Failed(ProviderErrorKind.GenerationFailed)),
            ("reviewing", Means.Unreadable),
            ("", Means.Unreadable)),
        new([Body(200, """{"code":0,"data":[{"id":"8","status":"failed"}]}""")], Means.Unreadable),
        new([Body(401, """{"code":1002,"message":"who"}""")], Means.Throws(ProviderErrorKind.Unauthorized)),
        new([Body(429, """{"code":1302,"message":"slow"}""")], Means.Throws(ProviderErrorKind.Unavailable)),
    ];

    // Orders are made of the legacy rows; what the new generation has no row for is left out.
    public override ConformanceOrder? Arrange(ConformanceOrder order, UpstreamModel row)
    {
        var request = order.Request;
        var fit = KlingNewCase.Rows(request.UpstreamModel)
            .Where(other => other.Modes.Contains(request.Mode) && request.Quality is not null && other.Qualities.Contains(request.Quality)
                && order.Media.GroupBy(media => media.Role).All(media => other.References.GetValueOrDefault(media.Key)?.MaxCount >= media.Count()))
            .MaxBy(other => other.Extras.Count(extra => request.Extras.ContainsKey(extra.Name)));
        if (fit is null || order.NeedsSource) return null;
        var extras = new JsonObject(request.Extras.Where(extra => fit.Extras.Any(known => known.Name == extra.Key))
            .Select(extra => KeyValuePair.Create(extra.Key, extra.Value?.DeepClone())));
        return order with { Request = request with { Extras = extras, Audio = fit.Audio == "choice" ? request.Audio : null } };
    }

    public override JsonNode? Sample(ExtraParameter extra, UpstreamModel row, ProviderRequest request) =>
        KlingNewCase.Sample(extra, request.Seconds) ?? base.Sample(extra, row, request);
}
