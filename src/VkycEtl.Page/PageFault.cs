namespace VkycEtl.Page;

/// <summary>A request that is answered with problem details.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="detail">What is wrong, in words for whoever asked; nothing personal and no secret.</param>
/// <param name="innerException">What it comes from.</param>
internal sealed class PageFault(int status, string detail, Exception? innerException = null) : Exception(detail, innerException)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>A parameter that is not as it must be.</summary>
    public static PageFault Parameter(string name, string must) => new(400, $"{name}: {must}");
}
