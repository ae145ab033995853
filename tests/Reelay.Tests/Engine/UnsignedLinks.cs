using Reelay.Server.Engine;

namespace Reelay.Tests.Engine;

/// <summary>A server that can sign no links: upstreams get bytes or refuse.</summary>
internal sealed class UnsignedLinks : IInputLinks
{
    public Uri? Sign(string taskId, int position) => null;
}
