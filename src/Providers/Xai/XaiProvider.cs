using System.Text.Json;

namespace Reelay.Providers.Xai;

/// <summary>
/// Speaks xAI's protocol of Grok Imagine: videos by a JSON create and polls by id, pictures with the answer itself.
/// </summary>
/// <remarks>
/// A video's handle is told once, and there is no list and no cancel: an order whose answer was lost cannot be found again.
/// </remarks>
public sealed class XaiProvider : IVideoProvider, IDescribesChannels, IDescribesModels, IChecksOptions, IResumesById, ITestsAccount
{
    private const string NoVideo = "reelay-account-test";

    /// <inheritdoc/>
    public string Id => "xai";

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> Models => XaiCapability.Known;

    /// <inheritdoc/>
    public IReadOnlyList<string> VendorHosts => ["x.ai"];

    /// <inheritdoc/>
    public IReadOnlyList<SandboxChannel> SandboxChannels => XaiChannels.Sandbox;

    /// <inheritdoc/>
    public IReadOnlyList<VendorChannel> FromVariables(Func<string, string?> variable) => XaiChannels.FromVariables(variable);

    /// <inheritdoc/>
    public async Task<Submission> SubmitAsync(SubmissionContext submission, CancellationToken cancellationToken)
    {
        var options = XaiOptions.Of(submission.Account);
        using var request = XaiRequests.Create(submission, options);
        var makesPictures = XaiRequests.MakesPictures(submission);
        var answer = await UpstreamHttp.SubmitAsync(
            submission.Account, request, cancellationToken, makesPictures ? XaiPictures.MaxBytes : UpstreamHttp.MaxJsonBytes);
        if (answer.StatusCode == 200 && makesPictures)
            return XaiPictures.Read(answer, submission.Request.Count, options);
        if (answer.StatusCode == 200 && XaiAnswers.IdOf(answer) is { } id)
            return new Submission.Accepted(id, XaiAnswers.Reference(id));

        // Pictures are refused after they were made: the refusal reports what it costs.
        var charge = XaiAnswers.ChargeOf((answer.Json ?? default).Member("usage"), usually: false);
        throw XaiErrors.Table.OfSubmission(answer, XaiErrors.Read(answer), charge);
    }

    /// <inheritdoc/>
    public async Task<PollResult> PollAsync(ProviderAccount account, JsonElement reference, CancellationToken cancellationToken)
    {
        var options = XaiOptions.Of(account);
        var id = reference.Deserialize(XaiJson.Default.XaiReference)?.Id
            ?? throw new ArgumentException("The reference names no video.", nameof(reference));
        using var request = XaiRequests.Get(account, "videos/" + Uri.EscapeDataString(id));
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        if (answer.IsSuccess)
            return XaiAnswers.Polled(answer, options);
        var error = XaiErrors.Read(answer);
        return XaiAnswers.Ended(answer, error, options) ?? throw XaiErrors.Table.OfRead(answer, error);
    }

    /// <inheritdoc/>
    public JsonElement? ReferenceOf(ProviderRequest request, string upstreamId) =>
        XaiAnswers.IsId(upstreamId) ? XaiAnswers.Reference(upstreamId) : null;

    /// <inheritdoc/>
    /// <remarks>There is no list: a video whose id cannot be is asked for.</remarks>
    public async Task<string> TestAsync(ProviderAccount account, CancellationToken cancellationToken)
    {
        using var request = XaiRequests.Get(account, "videos/" + NoVideo);
        var answer = await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        var error = XaiErrors.Read(answer);
        var exception = XaiErrors.Table.OfRead(answer, error);
        return error is not null && exception.Kind == ProviderErrorKind.NotFound
            ? "The address and the key were taken; a video whose id cannot be was not found."
            : throw exception;
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> FindMistakes(JsonElement options) => XaiOptions.Read(options).Mistakes;

    /// <inheritdoc/>
    public IReadOnlyList<UpstreamModel> ModelsOf(JsonElement options, IReadOnlyList<string> names)
    {
        var (read, mistakes) = XaiOptions.Read(options);
        return read is null
            ? throw new ArgumentException(string.Join("; ", mistakes), nameof(options))
            : [.. names.Distinct().SelectMany(name => XaiCapability.Rows(name, read))];
    }
}
