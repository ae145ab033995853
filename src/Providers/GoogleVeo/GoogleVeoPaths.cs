using System.Text.RegularExpressions;
using Reelay.Providers.Google;

namespace Reelay.Providers.GoogleVeo;

/// <summary>Addresses of both surfaces, and the names of operations, which say where an order is polled.</summary>
internal static partial class GoogleVeoPaths
{
    private const string UsualLocation = "us-central1";
    private const int MaxNameLength = 512;

    /// <summary>Where an order is sent.</summary>
    /// <exception cref="ProviderException">The project is not known; nothing was sent.</exception>
    public static Uri Submit(ProviderAccount account, GoogleVeoOptions options, string model)
    {
        var name = Uri.EscapeDataString(model);
        return At(account, options, options.IsGemini ? $"models/{name}:predictLongRunning" : $"{Publisher(account, options)}/models/{name}:predictLongRunning");
    }

    /// <summary>Where an operation is read; on Vertex by POST, since publisher models' operations cannot be got.</summary>
    public static Uri Poll(ProviderAccount account, GoogleVeoOptions options, string name)
    {
        if (options.IsGemini)
            return At(account, options, name);

        // With an API key there are no projects in paths, though there are in the names of operations.
        var model = name[..name.IndexOf("/operations/", StringComparison.Ordinal)];
        var isExpress = account.Credential is ProviderCredential.ApiKey;
        return At(account, options, $"{(isExpress ? model[model.IndexOf("publishers/", StringComparison.Ordinal)..] : model)}:fetchPredictOperation");
    }

    /// <summary>The name of an operation that cannot be, for trying an account out.</summary>
    public static string NoOperation(ProviderAccount account, GoogleVeoOptions options) => options.IsGemini
        ? "models/veo-3.1-generate-preview/operations/reelaytest00"
        : $"{Publisher(account, options)}/models/veo-3.1-generate-001/operations/00000000-0000-0000-0000-000000000000";

    /// <summary>Whether a text can be the name of an operation, at either surface; it becomes part of an address.</summary>
    public static bool IsOperation(string? name) => name is { Length: <= MaxNameLength } && !name.Contains("..", StringComparison.Ordinal) && Operation().IsMatch(name);

    /// <summary>Whether it can be one of this surface.</summary>
    public static bool IsOperation(string? name, GoogleVeoOptions options) =>
        IsOperation(name) && name!.Contains("publishers/", StringComparison.Ordinal) != options.IsGemini;

    private static string Publisher(ProviderAccount account, GoogleVeoOptions options)
    {
        if (account.Credential is ProviderCredential.ApiKey)
            return "publishers/google";
        var file = account.Credential is ProviderCredential.ServiceAccount(var json) ? GoogleServiceAccount.Read(json) : null;
        var project = options.Project ?? file?.ProjectId ?? throw new ProviderException(
            ProviderErrorKind.NotSent, $"channel {account.ChannelId} needs the option project: its credential names none");
        var location = options.Location ?? GoogleHosts.LocationOf(account.BaseUrl) ?? UsualLocation;
        return $"projects/{Uri.EscapeDataString(project)}/locations/{location}/publishers/google";
    }

    private static Uri At(ProviderAccount account, GoogleVeoOptions options, string path) =>
        new($"{account.BaseUrl.AbsoluteUri.TrimEnd('/')}/{options.Version}/{path}");

    // Some gateways leave the model out of the Gemini form.
    [GeneratedRegex(@"^(?:(?:projects/[\w.:-]+/locations/[\w-]+/)?publishers/google/models/[\w.-]+/|models/[\w.-]+/)?operations/[\w.-]+$", RegexOptions.ECMAScript)]
    private static partial Regex Operation();
}
