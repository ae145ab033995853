using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Server.Api.Reading;

namespace Reelay.Server.Routing.Sources;

/// <summary>Every setting of a channel by its name in snake case; one table for the file, the admin API and the database.</summary>
internal static class ChannelFields
{
    /// <summary>What authenticates: a source that names one of them replaces what earlier sources said of all.</summary>
    private static readonly string[] Credential = ["api_key", "access_key", "secret_key", "service_account"];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ChannelField> All { get; } =
    [
        ChannelField.Text("provider", nameof(ChannelConfig.Provider), (to, value) => to.Provider = value, from => from.Provider),
        ChannelField.Text("base_url", nameof(ChannelConfig.BaseUrl), (to, value) => to.BaseUrl = value, from => from.BaseUrl) with { IsSealed = true },
        Secret(ChannelField.Text("api_key", nameof(ChannelConfig.ApiKey), (to, value) => to.ApiKey = value, from => from.ApiKey)),
        Secret(ChannelField.Text("access_key", nameof(ChannelConfig.AccessKey), (to, value) => to.AccessKey = value, from => from.AccessKey)),
        Secret(ChannelField.Text("secret_key", nameof(ChannelConfig.SecretKey), (to, value) => to.SecretKey = value, from => from.SecretKey)),
        Secret(ChannelField.Text(
            "service_account", nameof(ChannelConfig.ServiceAccount), (to, value) => to.ServiceAccount = value, from => from.ServiceAccount)),
        ChannelField.Words("models", nameof(ChannelConfig.Models), (to, value) => to.Models = value, from => from.Models),
        ChannelField.Words("groups", nameof(ChannelConfig.Groups), (to, value) => to.Groups = value, from => from.Groups),
        ChannelField.Flag("enabled", nameof(ChannelConfig.IsEnabled), (to, value) => to.IsEnabled = value, from => from.IsEnabled),
        ChannelField.Whole("priority", nameof(ChannelConfig.Priority), (to, value) => to.Priority = value, from => from.Priority),
        ChannelField.Whole("weight", nameof(ChannelConfig.Weight), (to, value) => to.Weight = value, from => from.Weight),
        ChannelField.Number("cost_factor", nameof(ChannelConfig.CostFactor), (to, value) => to.CostFactor = value, from => from.CostFactor),
        ChannelField.Whole("max_in_flight", nameof(ChannelConfig.MaxInFlight), (to, value) => to.MaxInFlight = value, from => from.MaxInFlight),
        ChannelField.Wholes(
            "max_in_flight_per_model", nameof(ChannelConfig.MaxInFlightPerModel), (to, value) => to.MaxInFlightPerModel = value, from => from.MaxInFlightPerModel),
        ChannelField.Number(
            "submissions_per_second", nameof(ChannelConfig.SubmissionsPerSecond), (to, value) => to.SubmissionsPerSecond = value, from => from.SubmissionsPerSecond),
        ChannelField.Whole(
            "submissions_per_minute", nameof(ChannelConfig.SubmissionsPerMinute), (to, value) => to.SubmissionsPerMinute = value, from => from.SubmissionsPerMinute),
        ChannelField.Whole("call_seconds", nameof(ChannelConfig.CallSeconds), (to, value) => to.CallSeconds = value, from => from.CallSeconds),
        ChannelField.Number("expected_seconds", nameof(ChannelConfig.ExpectedSeconds), (to, value) => to.ExpectedSeconds = value, from => from.ExpectedSeconds),
        ChannelField.Whole(
            "min_poll_milliseconds", nameof(ChannelConfig.MinPollMilliseconds), (to, value) => to.MinPollMilliseconds = value, from => from.MinPollMilliseconds),
        ChannelField.Flag("callbacks", nameof(ChannelConfig.Callbacks), (to, value) => to.Callbacks = value, from => from.Callbacks),
        Secret(ChannelField.Text("proxy", nameof(ChannelConfig.Proxy), (to, value) => to.Proxy = value, from => from.Proxy)),
        Secret(ChannelField.Texts("headers", nameof(ChannelConfig.Headers), (to, value) => to.Headers = value, from => from.Headers)),
        Secret(ChannelField.Options("options", nameof(ChannelConfig.Options))),
    ];

    /// <summary>The setting of this name, or null.</summary>
    public static ChannelField? Find(string name) => All.FirstOrDefault(field => field.Name == name);

    /// <summary>The setting with this property of <see cref="ChannelConfig"/>, or null; the configuration does not heed case.</summary>
    public static ChannelField? OfProperty(string property) =>
        All.FirstOrDefault(field => string.Equals(field.Property, property, StringComparison.OrdinalIgnoreCase));

    /// <summary>Lays what a source names over a channel. Null values name nothing.</summary>
    /// <returns>Every mistake in names and types; what is right was taken over all the same.</returns>
    public static List<ChannelMistake> Lay(JsonObject settings, ChannelConfig over)
    {
        var mistakes = new List<ChannelMistake>();
        if (Credential.Any(name => settings[name] is not null)) over.Take(new ProviderCredential.None());
        foreach (var (name, value) in settings)
        {
            if (Find(name) is not { } field)
            {
                mistakes.Add(new(name, $"there is no setting '{Shown.Value(name)}'; there are {string.Join(", ", All.Select(known => known.Name))}."));
            }
            else if (value is not null && !field.Set(over, value))
            {
                var given = field.IsSecret ? "" : $", not {Shown.Value(value.ToJsonString())}";
                mistakes.Add(new(name, $"{name} takes {field.Takes}{given}."));
            }
        }

        return mistakes;
    }

    /// <summary>All settings of a channel, secrets included: equal texts are equal channels.</summary>
    public static JsonObject Write(ChannelConfig config) =>
        new(All.Select(field => KeyValuePair.Create(field.Name, field.Get(config))));

    /// <summary>What of some settings may be read in the database, and what is to be encrypted.</summary>
    public static (JsonObject Open, JsonObject Sealed) Split(JsonObject settings)
    {
        var (open, closed) = (new JsonObject(), new JsonObject());
        foreach (var (name, value) in settings) (Find(name) is { IsSealed: false } ? open : closed)[name] = value?.DeepClone();
        return (open, closed);
    }

    private static ChannelField Secret(ChannelField field) => field with { IsSecret = true, IsSealed = true };
}

/// <summary>Something wrong in one channel.</summary>
/// <param name="Field">The setting in snake case, or null for the channel as a whole.</param>
/// <param name="Message">What is wrong and what is allowed; no secret.</param>
internal sealed record ChannelMistake(string? Field, string Message);
