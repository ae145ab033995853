using Reelay.Providers;
using Reelay.Server.Api;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine.Callbacks;

/// <summary>Where an upstream may call back: only where the operator has said under which address this server is reached from outside.</summary>
internal sealed class CallbackAddresses(CallbackTokens tokens, ServerOptions options)
{
    /// <summary>What stands before provider and token.</summary>
    public const string Path = "/callbacks";

    /// <summary>The address for one attempt; null where callbacks are off, or the provider has none.</summary>
    public Uri? Of(TaskAttempt attempt, ProviderChannel channel) =>
        IsOn(channel) ? Address(channel, tokens.Make(channel.Provider.Id, attempt.TaskId, attempt.Number)) : null;

    /// <summary>Every address that the attempt may have been given, the newest key's first.</summary>
    public IReadOnlyList<Uri> AllOf(TaskAttempt attempt, ProviderChannel channel) =>
        IsOn(channel) ? [.. tokens.All(channel.Provider.Id, attempt.TaskId, attempt.Number).Select(token => Address(channel, token))] : [];

    /// <summary>What such an address looks like before there is an attempt; nothing can be done with it.</summary>
    public Uri? Example(ProviderChannel channel) => IsOn(channel) ? Address(channel, "hidden") : null;

    private bool IsOn(ProviderChannel channel) =>
        options.PublicUrl is { Length: > 0 } && channel.Config.Callbacks && channel.Provider is IReceivesCallbacks;

    private Uri Address(ProviderChannel channel, string token) => new($"{options.PublicUrl!.TrimEnd('/')}{Path}/{channel.Provider.Id}/{token}");
}
