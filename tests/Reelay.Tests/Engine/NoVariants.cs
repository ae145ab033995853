using Reelay.Server.Assets.Variants;

namespace Reelay.Tests.Engine;

/// <summary>A server that never made a thumbnail.</summary>
internal sealed class NoVariants : IVariantWrites
{
    public Task AwaitWritesAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
