using System.Collections.Concurrent;
using System.Text.Json;
using Reelay.Server.Catalog;
using Reelay.Simulators;
using Reelay.Tests.Conformance;

namespace Reelay.Tests.Docs;

/// <summary>What the catalog's <c>proof</c> values say, compared with what the clients they name have really ordered.</summary>
internal static class ProofClaims
{
    private static readonly ConcurrentDictionary<(string Test, string Provider, string Client), bool> _checked = new();

    /// <summary>Each client that a public model names, with the upstream models any of which it must have ordered: those of the model's first mode.</summary>
    public static IReadOnlyList<ProofClaim> All { get; } =
    [
        .. from model in ConformanceOrders.Catalog.Models
           from client in model.Spec.Proof?.Split(", ") ?? []
           select new ProofClaim(ProviderOf(model), client, model.Name, Makers(model)),
    ];

    /// <summary>Every upstream model of a provider's public models as a client may order it at its smallest; JSON for the scenarios.</summary>
    public static string Orders(string provider) => JsonSerializer.Serialize(
        from offer in OffersOf(provider)
        group offer by offer.UpstreamModel into offers
        let offer = offers.MinBy(Difficulty)!
        select new { model = Upstream(offer), mode = offer.Modes[0], seconds = Smallest(offer), size = offer.Sizes.Sizes.FirstOrDefault().ToString() },
        JsonSerializerOptions.Web);

    /// <summary>The upstream models of a provider's public models that make any of some modes.</summary>
    public static IReadOnlyList<string> UpstreamModels(string provider, params string[] modes) =>
        [.. OffersOf(provider).Where(offer => offer.Modes.Intersect(modes).Any()).Select(Upstream).Distinct()];

    /// <summary>The prompt by which the sandbox's record tells one client's orders from another's.</summary>
    public static string Prompt(string client) => "by " + client.Replace("`", "", StringComparison.Ordinal);

    /// <summary>Compares what a client did with every model: it counts if the sandbox took the order and the client got its result.</summary>
    /// <param name="sandbox">Where it ordered, with <see cref="Prompt"/> as the prompt.</param>
    /// <param name="provider">Id of the provider.</param>
    /// <param name="client">The client as the catalog names it.</param>
    /// <param name="swept">What the scenario's <c>sweep</c> printed: for each model the size of its result, or why there is none.</param>
    public static void Check(SandboxHost sandbox, string provider, string client, JsonElement swept)
    {
        var taken = sandbox.Submissions.Where(report => report.Row.Accepted && report.Row.Prompt == Prompt(client)).Select(report => report.Row.Model);
        var got = swept.EnumerateObject().Where(one => one.Value.ValueKind == JsonValueKind.Number && one.Value.GetInt32() > 0).Select(one => one.Name);
        Check(provider, client, taken.OfType<string>().Intersect(got), swept.GetRawText());
    }

    /// <summary>Compares the upstream models that a client drove to their end with the public models that name it.</summary>
    public static void Check(string provider, string client, IEnumerable<string> driven) => Check(provider, client, driven, "");

    /// <summary>Whether a test has compared what it drove.</summary>
    public static bool IsChecked(string test, string provider, string client) => _checked.ContainsKey((test, provider, client));

    /// <summary>What is wrong with the <c>proof</c> of a provider's public models, as to one client; null if nothing.</summary>
    public static string? Fault(string provider, string client, IReadOnlyCollection<string> driven)
    {
        var claiming = All.Where(claim => claim.Provider == provider && claim.Client == client).Select(claim => claim.Model).Order(StringComparer.Ordinal).ToList();
        var proven = ConformanceOrders.Catalog.Models.Where(model => ProviderOf(model) == provider && Makers(model).Intersect(driven).Any())
            .Select(model => model.Name).Order(StringComparer.Ordinal).ToList();
        return claiming.SequenceEqual(proven) ? null
            : $"'proof' of {provider} is not what {client} does. Named by, yet never ordered: {string.Join(' ', claiming.Except(proven))}. "
                + $"Ordered, yet not named by: {string.Join(' ', proven.Except(claiming))}.";
    }

    private static void Check(string provider, string client, IEnumerable<string> driven, string detail)
    {
        var fault = Fault(provider, client, [.. driven]);
        Assert.True(fault is null, $"{fault}\n{detail}");
        _checked[(TestContext.Current.Test!.UniqueID, provider, client)] = true;
    }

    private static IEnumerable<ModelOffer> OffersOf(string provider) => ConformanceOrders.Catalog.Models.SelectMany(model => model.Offers)
        .Where(offer => offer.UpstreamModel.StartsWith(provider + ":", StringComparison.Ordinal) && offer.Modes.Count > 0);

    private static string ProviderOf(PublicModel model) => model.Offers[0].UpstreamModel.Split(':', 2)[0];

    private static string Upstream(ModelOffer offer) => offer.UpstreamModel.Split(':', 2)[1];

    private static HashSet<string> Makers(PublicModel model) =>
        [.. model.Offers.Where(offer => offer.Modes.Contains(model.Spec.Modes.Keys.First())).Select(Upstream)];

    private static int Difficulty(ModelOffer offer) => offer.Modes[0] is "t2v" or "t2i" ? 0 : offer.Modes[0] == "i2v" ? 1 : 2;

    private static int? Smallest(ModelOffer offer) => offer.Seconds.IsNone ? null : offer.Seconds.Values.First();
}

/// <summary>What one public model says of one client.</summary>
/// <param name="Provider">Id of the provider.</param>
/// <param name="Client">The client, or the mock.</param>
/// <param name="Model">Name of the public model.</param>
/// <param name="Makers">Upstream models any of which it must have ordered.</param>
internal sealed record ProofClaim(string Provider, string Client, string Model, IReadOnlySet<string> Makers);
