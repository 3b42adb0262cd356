// The points, by WebGL. Every point is a small square in which the fragment shader draws the category's shape.
import { createBufferInfoFromArrays, createProgramInfo, drawBufferInfo, setAttribInfoBufferFromArray, setBuffersAndAttributes, setUniforms } from "twgl.js";

const vertex = `#version 300 es
in vec2 a_from, a_to;
in vec4 a_color;
in vec2 a_style;              // shape, size relative to the others
uniform float u_progress;     // 0: where the points were, 1: where they are
uniform vec2 u_scale, u_offset, u_size;
uniform float u_diameter, u_ratio;
out vec4 v_color;
flat out int v_shape;
out float v_pixels;
void main() {
  vec2 pixel = mix(a_from, a_to, u_progress) * u_scale + u_offset;
  vec2 clip = pixel / u_size * 2.0 - 1.0;
  gl_Position = vec4(clip.x, -clip.y, 0.0, a_style.y > 0.0 ? 1.0 : 0.0);
  v_pixels = u_diameter * a_style.y * u_ratio + 2.0; // a pixel on either side for the soft edge
  gl_PointSize = v_pixels;
  v_color = a_color;
  v_shape = int(a_style.x + 0.5);
}`;

// Signed distances to the edge; every shape covers about the same area.
const fragment = `#version 300 es
precision highp float;
in vec4 v_color;
flat in int v_shape;
in float v_pixels;
uniform vec3 u_edge;
uniform float u_outline;
out vec4 color;
float edge(vec2 p) {
  if (v_shape == 1) return max(abs(p.x), abs(p.y)) - 0.84;
  if (v_shape == 2) return (abs(p.x) + abs(p.y) - 1.18) * 0.7071;
  if (v_shape == 3) return max(p.y - 0.72, abs(p.x) * 0.866 - p.y * 0.5 - 0.62);
  if (v_shape == 4) { p = abs(p); return max(max(p.x, p.y) - 1.0, min(p.x, p.y) - 0.36); }
  return length(p) - 0.94;
}
void main() {
  float radius = v_pixels * 0.5 - 1.0;
  float d = edge((gl_PointCoord * 2.0 - 1.0) * v_pixels / (v_pixels - 2.0)) * radius;
  float alpha = v_color.a * clamp(0.5 - d, 0.0, 1.0);
  vec3 shade = mix(v_color.rgb, u_edge, u_outline * clamp(d + 1.5, 0.0, 1.0));
  color = vec4(shade * alpha, alpha);
}`;

// shuffled is an order that no category comes last in, the same one every time.
function shuffled(n) {
  const order = Uint32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1, seed = 1; i > 0; i--) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const j = Math.floor(seed / 2 ** 32 * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

export class Renderer {
  constructor(canvas) {
    this.canvas = canvas;
    this.gl = canvas.getContext("webgl2", { antialias: false, premultipliedAlpha: true, preserveDrawingBuffer: true });
    if (!this.gl) throw new Error("There is no WebGL2 here.");
    this.start();
  }

  start() {
    this.program = createProgramInfo(this.gl, [vertex, fragment]);
    this.buffers = null;
  }

  // set takes the places (2n), colours (4n bytes) and styles (2n) of n points.
  set({ from, to, color, style }) {
    const arrays = { a_from: from, a_to: to };
    if (this.buffers?.numElements === to.length / 2) {
      const attributes = this.buffers.attribs;
      for (const name of Object.keys(arrays)) setAttribInfoBufferFromArray(this.gl, attributes[name], arrays[name]);
      setAttribInfoBufferFromArray(this.gl, attributes.a_color, color);
      setAttribInfoBufferFromArray(this.gl, attributes.a_style, style);
      return;
    }
    this.forget();
    this.buffers = createBufferInfoFromArrays(this.gl, {
      a_from: { numComponents: 2, data: from }, a_to: { numComponents: 2, data: to },
      a_color: { numComponents: 4, data: color, normalize: true }, a_style: { numComponents: 2, data: style },
      indices: shuffled(to.length / 2),
    });
  }

  forget() {
    if (!this.buffers) return;
    for (const { buffer } of Object.values(this.buffers.attribs)) this.gl.deleteBuffer(buffer);
    this.gl.deleteBuffer(this.buffers.indices);
    this.buffers = null;
  }

  // draw shows the points; scale and offset lead from the unit square to pixels of the page.
  draw({ width, height, ratio, scale, offset, diameter, progress, edge }) {
    const { gl } = this;
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    if (!this.buffers?.numElements) return;
    gl.enable(gl.BLEND);
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
    gl.useProgram(this.program.program);
    setBuffersAndAttributes(gl, this.program, this.buffers);
    setUniforms(this.program, {
      u_progress: progress, u_scale: scale, u_offset: offset, u_size: [width, height], u_diameter: diameter, u_ratio: ratio,
      u_edge: edge.map((v) => v / 255), u_outline: diameter > 5 ? 0.85 : 0,
    });
    drawBufferInfo(gl, this.buffers, gl.POINTS);
  }
}
