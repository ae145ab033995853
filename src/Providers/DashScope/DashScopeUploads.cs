using System.Text.Json;

namespace Reelay.Providers.DashScope;

/// <summary>
/// Puts an order's files where the upstream can fetch them: into its own temporary store, which keeps them for 48 hours and for the one model,
/// or behind a link to this server. All of it happens before the order is sent.
/// </summary>
internal static class DashScopeUploads
{
    /// <summary>What addresses in the vendor's store begin with.</summary>
    public const string Scheme = "oss://";

    /// <summary>The address of each medium, in order; null for what goes inline.</summary>
    /// <exception cref="ProviderException">A file could not be put there; no order was sent.</exception>
    public static async Task<IReadOnlyList<string?>> PlaceAsync(
        SubmissionContext submission, DashScopeOptions options, CancellationToken cancellationToken)
    {
        var places = new string?[submission.Media.Count];
        DashScopePolicy? policy = null;
        for (var index = 0; index < places.Length; index++)
        {
            var medium = submission.Media[index];
            switch (options.WayOf(medium.Role))
            {
                case DashScopeOptions.Link:
                    places[index] = medium.PublicUrl!.AbsoluteUri;
                    break;
                case DashScopeOptions.Upload:
                    policy ??= await GetPolicyAsync(submission, options, cancellationToken);
                    places[index] = await UploadAsync(submission, policy, index, cancellationToken);
                    break;
            }
        }

        return places;
    }

    private static async Task<DashScopePolicy> GetPolicyAsync(
        SubmissionContext submission, DashScopeOptions options, CancellationToken cancellationToken)
    {
        var path = $"uploads?action=getPolicy&model={Uri.EscapeDataString(submission.Request.UpstreamModel)}";
        using var request = DashScopeRequests.Get(submission.Account, options, path);
        var answer = await SendAsync(submission.Account, request, cancellationToken);
        return answer.StatusCode == 200 && Read(answer) is { UploadHost: not null, UploadDir: not null, Policy: not null, Signature: not null } policy
            ? policy
            : throw DashScopeErrors.OfPreparation(answer);
    }

    // The fields and their order are the Python SDK's; the file comes last, as object stores ask for. The attempt's token makes the name new.
    private static async Task<string> UploadAsync(
        SubmissionContext submission, DashScopePolicy policy, int index, CancellationToken cancellationToken)
    {
        var medium = submission.Media[index];
        var name = $"{submission.AttemptToken}-{index}{Path.GetExtension(medium.FileName)}";
        var key = $"{policy.UploadDir}/{name}";
        var body = new UpstreamBody(submission.AttemptToken);
        using var request = new HttpRequestMessage(HttpMethod.Post, HostOf(policy, submission.Account))
        {
            Content = body.Multipart(
            [
                new("OSSAccessKeyId", policy.OssAccessKeyId ?? ""),
                new("Signature", policy.Signature!),
                new("policy", policy.Policy!),
                new("key", key),
                new("x-oss-object-acl", policy.XOssObjectAcl ?? "private"),
                new("x-oss-forbid-overwrite", policy.XOssForbidOverwrite ?? "true"),
                new("success_action_status", "200"),
                new("x-oss-content-type", medium.ContentType),
                new("file", body.Raw(medium), name, medium.ContentType),
            ]),
        };
        var answer = await SendAsync(submission.Account, request, cancellationToken);

        // The store's own words are not kept: they say back what the upload was signed with.
        return answer.StatusCode == 200
            ? Scheme + key
            : throw new ProviderException(ProviderErrorKind.NotSent, $"the upstream's file store answered {answer.StatusCode} to an upload")
            {
                StatusCode = answer.StatusCode,
            };
    }

    // An answer names the address: files of callers go to the vendor's own stores alone, or to the host that the channel itself names.
    private static Uri HostOf(DashScopePolicy policy, ProviderAccount account)
    {
        var isUrl = Uri.TryCreate(policy.UploadHost, UriKind.Absolute, out var url);
        var isOwn = isUrl && url!.GetLeftPart(UriPartial.Authority) == account.BaseUrl.GetLeftPart(UriPartial.Authority);
        var isVendors = isUrl && url!.Scheme == Uri.UriSchemeHttps && url.Host.EndsWith(".aliyuncs.com", StringComparison.OrdinalIgnoreCase);
        return isOwn || isVendors
            ? url!
            : throw new ProviderException(ProviderErrorKind.NotSent, "the upstream named an address for uploads that is none of its vendor's");
    }

    private static DashScopePolicy? Read(UpstreamAnswer answer)
    {
        try
        {
            return answer.Json is { ValueKind: JsonValueKind.Object } body ? body.Deserialize(DashScopeJson.Default.DashScopePolicyAnswer)?.Data : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<UpstreamAnswer> SendAsync(ProviderAccount account, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        try
        {
            return await UpstreamHttp.ReadAsync(account, request, cancellationToken);
        }
        catch (Exception exception) when (exception is ProviderException or OperationCanceledException or UnauthorizedAccessException)
        {
            throw new ProviderException(ProviderErrorKind.NotSent, $"a file could not be uploaded: {exception.Message}", exception);
        }
    }
}
