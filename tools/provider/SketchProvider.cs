using System.Text.Json;

namespace Reelay.Providers.Sketch;

/// <summary>Speaks the protocol of Sketch: one JSON create, polls by id, files by link.</summary>
public sealed class SketchProvider : IVideoProvider, IDescribesChannels, IResumesById, ITestsAccount
{
    private static readonly IReadOnlyList<UpstreamModel> KnownModels = UpstreamModelFile.Load("SketchModels.json");

    /// <inheritdoc/>
    public string Id => "sketch";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => KnownModels;

    /// <inheritdoc/>
    public IReadOnlyList<string> VendorHosts => ["sketch.example"];

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => SketchChannels.Sandbox;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => SketchChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        using var request = SketchRequests.Create(submission);
        var answer = await UpstreamHttp.SubmitAsync(submission.Account, request, cancellationToken);
        return answer.StatusCode == 200 && SketchAnswers.Read(answer.Json) is { Id: { } id }
            ? new Submission.Accepted(id, SketchAnswers.Reference(id))
            : throw SketchErrors.Table.OfSubmission(answer, SketchErrors.Read(answer));
    }

    /// <inheritdoc/>
    public async Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var id = reference.Member("id").AsText() ?? throw new ArgumentException("The reference names no generation.", nameof(reference));
        using var request = SketchRequests.Get(account, "generations/" + Uri.EscapeDataString(id));
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        return answer.IsSuccess ? SketchAnswers.Polled(answer) : throw SketchErrors.Table.OfRead(answer, SketchErrors.Read(answer));
    }

    /// <inheritdoc/>
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) => SketchAnswers.Reference(upstreamId);

    /// <inheritdoc/>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        using var request = SketchRequests.Get(account, "generations");
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (answer is { IsSuccess: true, Json: not null })
            return "The list of generations could be read.";
        throw answer.IsSuccess
            ? answer.Exception(ProviderErrorKind.Unavailable, "the answer is no JSON: this does not look like Sketch's API")
            : SketchErrors.Table.OfRead(answer, SketchErrors.Read(answer));
    }
}
