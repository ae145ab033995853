using Reelay.Server.Api;
using Reelay.Server.Assets.Links;
using Reelay.Server.Routing;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine;

/// <summary>Signs links to the inputs of a task, for upstreams that take no bytes.</summary>
internal interface IInputLinks
{
    /// <summary>Gives path and query of a link that works without a key: <c>/v1/inputs/{taskId}/{position}?expires=…&amp;signature=…</c>.</summary>
    /// <param name="taskId">The task.</param>
    /// <param name="position">Position among its order's media, from 0.</param>
    /// <returns>Relative to the base of our links; null where nothing can be signed.</returns>
    Uri? Sign(string taskId, int position);
}

/// <summary>Signs with the server's own keys.</summary>
internal sealed class SignedInputLinks(LinkSigner signer) : IInputLinks
{
    /// <inheritdoc/>
    public Uri? Sign(string taskId, int position) => new(signer.InputLink("", taskId, position), UriKind.Relative);
}

/// <summary>Where an upstream can fetch a task's inputs from this server.</summary>
internal sealed class InputAddresses(IInputLinks links, ServerOptions options, Lazy<bool> isOnLoopback)
{
    /// <summary>Gives the whole signed link, or null if the channel's upstream cannot reach this server by any address we know of.</summary>
    public Uri? Of(GenerationTask task, int position, ProviderChannel channel)
    {
        if (BaseFor(task.BaseUrl, channel) is not { } root || links.Sign(task.Id, position) is not { } path) return null;
        return new Uri(root.TrimEnd('/') + path.OriginalString);
    }

    /// <summary>Whether upstreams can fetch anything from here: what an order that must be sent as a link needs.</summary>
    public bool IsKnown => options.PublicUrl is { Length: > 0 } || (options.Sandbox.Enabled && isOnLoopback.Value);

    /// <summary>What such a link looks like before there is a task; null where there would be none.</summary>
    /// <param name="position">Place among the order's files, from 0.</param>
    /// <param name="channel">Where the order would go.</param>
    /// <param name="baseUrl">What links to this server begin with, in the words of the creating request.</param>
    public Uri? Example(int position, ProviderChannel channel, string baseUrl) =>
        BaseFor(baseUrl, channel) is { } root ? new Uri($"{root.TrimEnd('/')}/v1/inputs/task/{position}?expires=0&signature=hidden") : null;

    // The address of the creating request is nobody's but this machine's own here, and the sandbox runs on it as well.
    private string? BaseFor(string baseUrl, ProviderChannel channel)
    {
        if (options.PublicUrl is { Length: > 0 } configured) return configured;
        return options.Sandbox.Enabled && channel.Account.BaseUrl.IsLoopback && isOnLoopback.Value ? baseUrl : null;
    }
}
